#!/bin/sh
# models.sh AGSPICE - writes doc/models.md: the page of every model as `agspice --model` prints it, with a picture that the
# program draws of the netlist whose header names the model in a line "* Model  NAME ...".
set -eu
cd "$(dirname "$0")/.."
agspice=$1
mkdir -p doc/models
models=$("$agspice" --models | cut -d ' ' -f 1)

netlist_of() {
    found=$(grep -lE "^\* Model( +[a-z0-9_]+)* +$1( |\$)" netlists/*/*.cir | head -n 1) || :
    [ -n "$found" ] || { echo "doc/models.sh: no netlist has a line '* Model $1'" >&2; exit 1; }
    echo "$found"
}

{
    echo '# Device models'
    echo
    echo 'Made by `make doc` from the model files; `agspice --model NAME` prints one page. Parameters are set on the model'
    echo 'card, on the instance, or on both, where the instance wins; every instance also takes `temp=`, `dtemp=` or `hold=`.'
    echo 'States and derived values are signals, `@name[x]`.'
    echo
    for model in $models; do
        echo "- [$("$agspice" --models | sed -n "s/^$model  *\(.*\)/$model: \1/p")](#$(
            "$agspice" --model "$model" | sed 's/[^A-Za-z0-9_ -]//g; s/ /-/g; q' | tr 'A-Z' 'a-z'))"
    done
    for model in $models; do
        netlist=$(netlist_of "$model")
        picture=models/$(basename "$netlist" .cir).svg
        "$agspice" --plot "doc/$picture" "$netlist" > /dev/null
        echo
        "$agspice" --model "$model"
        echo
        echo "![$netlist]($picture)"
    done
} > doc/models.md.part
mv doc/models.md.part doc/models.md
