#!/bin/sh
# Compiles one module in a prepared tree. What the compiler says goes to standard error, with the
# file named as it was given.
# usage: module-build.sh TREE FILE.c OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
tree=$1
file=$2
out=$3
name=$(basename "$file" .c)
folder=$(cd "$(dirname "$file")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$file" "$work/$name.c"
# headers beside the file are found; no path of this computer gets into the module
cat > "$work/Makefile" << END
obj-m := $name.o
ccflags-y := -iquote $folder -ffile-prefix-map=$work/=
END

status=0
make -s -C "$tree" ARCH=i386 M="$work" modules > "$work/said" 2>&1 || status=$?
# gcc's words, without those of the makes around it
grep -v -e '^make' -e ' recipe for target ' "$work/said" |
  sed -e "s|$work/$name.c|$file|g" -e "s|$work/||g" >&2 || true
if [ $status -ne 0 ]; then
  first=$(sed -n "s|^$work/$name.c:\([0-9]*\):.* error: .*|\1|p" "$work/said" | head -n 1)
  [ -z "$first" ] || die "$file does not compile: the first error is in line $first"
  ! grep -q 'undefined!' "$work/said" ||
    die "$file uses what this kernel does not export to modules: zcat guest-images/modules/exports.gz lists all it does"
  die "$file could not be built: see above"
fi
cp "$work/$name.ko" "$out/$name.ko"
