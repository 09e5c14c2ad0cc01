* HSPICE deck of a filamentary cell: .hdl is replaced by a subcircuit, .ic gap 1.7 without v(), pulse without parentheses
* gap' = -rate sinh(v/v0) at v = 1, constant: gap falls by 0.7 in 1 us; i = i0 exp(-gap/g0) sinh(v/v0)
*? gap1 = 1.7-0.7 +- 0.5%
*? i1 = 1m*exp(-4)*sinh(2) +- 2%
.option post ingold=2
.param v0=0.5 g0='1/4' rate='0.7e6/sinh(2)'
.subckt cell te be gap
gi te be cur='1m*exp(-v(gap)/g0)*sinh(v(te,be)/v0)'
gg 0 gap cur='-rate*sinh(v(te,be)/v0)'
cg gap 0 1
.ends
vin te gnd! pulse 0 1 0.1us 1ps 1ps 1us 10us
x1 te gnd! gap cell
.ic gap 1.7
.tran 1n 1.5us START=0 uic
.probe v(gap) i(vin)
.measure tran gap1 find v(gap) at=1.3us
.measure tran i1 find par('-i(vin)') at=1.0999us
.global gnd!
.end
