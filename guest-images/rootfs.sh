#!/bin/sh
# Builds rootfs.cpio: Debian's static i386 busybox, the tools of tools/, and the files of rootfs/.
# usage: rootfs.sh WORKDIR OUTDIR
set -eu
. "$(dirname "$0")/env.sh"
work=$1
out=$2
root=$work/rootfs

say "making the root file system"
rm -rf "$root" "$work/busybox"
mkdir -p "$root"
unpack_package busybox-static:i386 "$work/busybox"

cp -R "$images/rootfs/." "$root/"
for directory in bin sbin usr/sbin dev proc sys tmp root mnt/share; do
  mkdir -p "$root/$directory"
done
chmod -R u=rwX,go=rX "$root" # whatever the umask of the checkout was
chmod 755 "$root/init" "$root"/usr/bin/* "$root/usr/lib/viommu/agent" "$root/etc/udhcpc/default.script"
chmod 1777 "$root/tmp"
"$images/tools.sh" "$work" "$root"
cp "$work/busybox/bin/busybox" "$root/bin/busybox"
# runs here as well: an amd64 kernel executes i386 programs
"$root/bin/busybox" --list | while IFS= read -r applet; do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done

# Same bytes every time: sorted names, fixed times, owner and inode numbers.
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(
  cd "$root"
  find . -mindepth 1 | sort | cpio --quiet --reproducible --owner=+0:+0 -H newc -o
) > "$out/rootfs.cpio"
