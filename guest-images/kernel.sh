#!/bin/sh
# Builds bzImage and System.map from Debian's linux-source-6.12.
# usage: kernel.sh WORKDIR OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
work=$1
out=$2
tree=$work/linux-source-6.12

if [ ! -d "$tree" ]; then
  say "unpacking linux-source-6.12"
  tar -xf /usr/src/linux-source-6.12.tar.xz -C "$work"
fi

# Build date, user, host and count appear in the "Linux version" line.
export KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_USER KBUILD_BUILD_HOST KBUILD_BUILD_VERSION
cd "$tree"
make -s ARCH=i386 tinyconfig
scripts/kconfig/merge_config.sh -m .config "$images/kernel.config" > "$work/merge.log"
make -s ARCH=i386 olddefconfig
check_options "$images/kernel.config" .config

say "building the kernel (about 5 minutes on two cores)"
make -s ARCH=i386 -j"$(nproc)" bzImage
cp arch/x86/boot/bzImage "$out/bzImage"
cp System.map "$out/System.map"
