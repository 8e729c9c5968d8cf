#!/bin/sh
# Builds disk.img: an 8 MiB ext2 file system, the content of the guest's disks.
# usage: disk.sh WORKDIR OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
work=$1
out=$2
files=$work/disk

say "making the disk image"
rm -rf "$files" "$out/disk.img"
mkdir -p "$files"
cat > "$files/README" << 'END'
The disk of the viommu guest, the same on every bus it is attached to.

sectors.txt has 14000 lines of 512 bytes, and no two lines are alike: data
that arrives from the wrong place shows in its MD5, and the line that is
wrong says where it came from.
END
awk 'BEGIN {
  for (sector = 0; sector < 14000; sector++) {
    head = sprintf("sector %05d of sectors.txt: ", sector)
    line = head
    while (length(line) < 511) line = line "every sector has a line of its own; "
    print substr(line, 1, 511)
  }
}' > "$files/sectors.txt"
find "$files" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

# No reserved blocks, no lost+found surprises: fixed identifiers, fixed time.
E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
export E2FSPROGS_FAKE_TIME
chmod -R u=rwX,go=rX "$files"
mke2fs -q -F -t ext2 -b 1024 -N 64 -m 0 -L viommu \
  -U 76696f6d-6d75-4000-8000-000000000001 \
  -E hash_seed=76696f6d-6d75-4000-8000-000000000002,root_owner=0:0,lazy_itable_init=0 \
  -O ^resize_inode,^dir_index,^metadata_csum,^64bit \
  -d "$files" "$out/disk.img" 8192k > "$work/mke2fs.log"

# mke2fs -d takes owner and change time from the files it copies; make them fixed.
for file in / /README /sectors.txt /lost+found; do
  for field in 'uid 0' 'gid 0' "ctime @$SOURCE_DATE_EPOCH" "atime @$SOURCE_DATE_EPOCH" \
    "mtime @$SOURCE_DATE_EPOCH" "crtime @$SOURCE_DATE_EPOCH" \
    'ctime_extra 0' 'atime_extra 0' 'mtime_extra 0' 'crtime_extra 0'; do
    echo "set_inode_field $file $field"
  done
done > "$work/disk.debugfs"
debugfs -w -f "$work/disk.debugfs" "$out/disk.img" > "$work/disk.log" 2>&1
