#!/bin/sh
# Takes the BIOS and the VGA BIOS from Debian's seabios package.
# usage: firmware.sh WORKDIR OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
work=$1
out=$2

say "taking the BIOS from Debian's seabios"
rm -rf "$work/seabios"
unpack_package seabios "$work/seabios"
cp "$work/seabios/usr/share/seabios/bios.bin" "$out/seabios.bin"
cp "$work/seabios/usr/share/seabios/vgabios-stdvga.bin" "$out/vgabios.bin"
