#!/bin/sh
# Stores the plain images of PLAINDIR in OUTDIR, the larger ones compressed, and
# writes images.json (what the loader checks), SHA256SUMS (what is committed) and
# VERSIONS (the packages it was made of; WORKDIR has those that are only unpacked).
# usage: manifest.sh WORKDIR PLAINDIR OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
work=$1
plain=$2
out=$3

sha256_of() {
  sha256sum < "$1" | cut -d ' ' -f 1
}

# entry NAME FILE: an image that is stored as it is
entry() {
  cp "$plain/$2" "$out/$2"
  printf '  "%s": {\n    "file": "%s",\n    "bytes": %d,\n    "sha256": "%s"\n  }' \
    "$1" "$2" "$(stat -c %s "$out/$2")" "$(sha256_of "$out/$2")"
}

# packed_entry NAME FILE: an image that is stored as FILE.gz
packed_entry() {
  gzip -9n < "$plain/$2" > "$out/$2.gz"
  printf '  "%s": {\n    "file": "%s.gz",\n    "bytes": %d,\n    "sha256": "%s",\n' \
    "$1" "$2" "$(stat -c %s "$out/$2.gz")" "$(sha256_of "$out/$2.gz")"
  printf '    "plainBytes": %d,\n    "plainSha256": "%s"\n  }' \
    "$(stat -c %s "$plain/$2")" "$(sha256_of "$plain/$2")"
}

{
  echo '{'
  entry kernel bzImage && echo ','
  packed_entry initrd rootfs.cpio && echo ','
  packed_entry disk disk.img && echo ','
  entry bios seabios.bin && echo ','
  entry vgaBios vgabios.bin && echo ','
  packed_entry symbols kernel-symbols && echo
  echo '}'
} > "$out/images.json"
cp "$plain/kernel.json" "$out/kernel.json"

{
  dpkg-query -W -f '${Package} ${Version}\n' \
    binutils bison cpio e2fsprogs flex gcc-12 gzip linux-source-6.12 lz4 make mawk
  for package in "$work"/busybox/*.deb "$work"/seabios/*.deb; do
    dpkg-deb -W --showformat '${Package} ${Version}\n' "$package"
  done
} | sort > "$out/VERSIONS"

(
  cd "$out"
  sha256sum bzImage rootfs.cpio.gz disk.img.gz seabios.bin vgabios.bin kernel-symbols.gz kernel.json images.json \
    modules/kernel.txt modules/exports.gz modules/edu.ko modules/hostile.ko
) > "$out/SHA256SUMS"
