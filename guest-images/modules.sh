#!/bin/sh
# Writes into OUTDIR what modules are built with (module.sh), and the modules of this folder:
#   kernel.txt  whose modules this kernel loads, and a digest of its configuration
#   exports.gz  what it exports to them: its Module.symvers
#   edu.ko, hostile.ko  modules/NAME.c
# usage: modules.sh WORKDIR OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
tree=$1/linux-source-6.12
out=$2

say "building the modules"
mkdir -p "$out"
"$images/module-build.sh" "$tree" "$images/modules/edu.c" "$out"
"$images/module-build.sh" "$tree" "$images/modules/hostile.c" "$out"
gzip -9n < "$tree/Module.symvers" > "$out/exports.gz"
{
  echo "vermagic $(vermagic_of "$out/edu.ko")"
  echo "options $(option_digest "$tree/.config")"
} > "$out/kernel.txt"
