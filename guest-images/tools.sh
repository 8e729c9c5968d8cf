#!/bin/sh
# Compiles the guest's tools (tools/*.c): static i386 programs of a few KB, made with Linux's nolibc.
# usage: tools.sh WORKDIR ROOTDIR
set -eu
. "$(dirname "$0")/env.sh"
work=$1
root=$2
tree=$work/linux-source-6.12

say "compiling the guest's tools"
make -s -C "$tree" ARCH=i386 headers
for source in "$images"/tools/*.c; do
  name=$(basename "$source" .c)
  gcc -m32 -march=i686 -Os -static -nostdlib -nostdinc -fno-pie -no-pie -fno-stack-protector -fcf-protection=none \
    -fno-asynchronous-unwind-tables -fno-ident -ffunction-sections -fdata-sections -fmerge-all-constants \
    -ffile-prefix-map="$images"/= -std=gnu11 -Wall -Wextra -Wno-unused-function -Werror \
    -isystem "$(gcc -print-file-name=include)" -isystem "$tree/usr/include" -I "$tree/tools/include/nolibc" -include nolibc.h \
    -Wl,--gc-sections,--build-id=none,-z,norelro,-z,noseparate-code -s \
    "$source" -lgcc -o "$root/usr/bin/$name"
done
