* Biolek's window with stp() of the current, HSPICE style: cur='', .param functions, .option post, .probe PAR
* f = 1-(x-stp(-i))^2p; for i > 0 and p = 1: x' = k i (1-x^2), so atanh(x) = atanh(x0) + k I t. k I t = 0.3
*? xend = tanh(atanh(0.2)+0.3) +- 0.1%
.option post=2 runlvl=5 ingold=2 accurate
.param ron=100 roff=10k kk=1e4 pp=1
.subckt memr te be x0=0.2
.param window(x,i)='1-pow(x-stp(-i),2*pp)'
gres te be cur='V(te,be)/(ron*V(x)+roff*(1-V(x)))'
gx 0 x cur='kk*V(te,be)/(ron*V(x)+roff*(1-V(x)))*window(V(x),V(te,be))'
cx x 0 1
.ic V(x)='x0'
.ends memr
isrc 0 top dc 30u
xm top 0 memr
.tran 1m 1 START=0 uic
.probe tran PAR('V(top)*30u') V(xm.x)
.measure tran xend find V(xm.x) at=1
.end
