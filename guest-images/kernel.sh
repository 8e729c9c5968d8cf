#!/bin/sh
# Builds bzImage and System.map from Debian's linux-source-6.12, and exports: what modules may use.
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
configure_kernel "$tree" "$work"

say "building the kernel (about 5 minutes on two cores)"
make -s -C "$tree" ARCH=i386 -j"$(nproc)" bzImage modules_prepare
cp "$tree/arch/x86/boot/bzImage" "$out/bzImage"
cp "$tree/System.map" "$out/System.map"
cp "$tree/vmlinux.symvers" "$tree/Module.symvers"
