# Shared by the build scripts: fixed facts that make the images reproducible.
# Sourced, not run.

# 2025-01-01 00:00:00 UTC, the date of every file and of the kernel
SOURCE_DATE_EPOCH=1735689600
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
KBUILD_BUILD_TIMESTAMP='Wed Jan  1 00:00:00 UTC 2025'
KBUILD_BUILD_USER=viommu
KBUILD_BUILD_HOST=guest-images
KBUILD_BUILD_VERSION=1
images=$(cd "$(dirname "$0")" && pwd)
umask 022

self=${self-guest-images}

say() {
  printf '%s: %s\n' "$self" "$*"
}

die() {
  printf '%s: %s\n' "$self" "$*" >&2
  exit 1
}

# check_options FRAGMENT CONFIG: every line of the fragment must hold in the final configuration
check_options() {
  missing=
  while IFS= read -r line; do
    case $line in
      CONFIG_*=*)
        grep -qxF "$line" "$2" || missing="$missing
  $line" ;;
      '# CONFIG_'*' is not set')
        option=${line#\# }
        option=${option%% *}
        ! grep -q "^$option=" "$2" || missing="$missing
  $line" ;;
    esac
  done < "$1"
  [ -z "$missing" ] || die "Kconfig did not accept:$missing"
}

# install_packages PACKAGE...: from Debian, those that are missing, after naming them
install_packages() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
      missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing:$missing"
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends $missing > /dev/null
}

# update_lists: what there is to install
update_lists() {
  say "reading the package lists"
  # a mirror in the middle of an update fails here and still has what is needed
  as_root apt-get -qq update || say "the package lists are not all fresh; going on with what there is"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# option_digest CONFIG: of what a configuration chooses, whichever compiler wrote it
option_digest() {
  grep '^CONFIG_' "$1" | grep -v '^CONFIG_CC_VERSION_TEXT=' | sha256sum | cut -d ' ' -f 1
}

# vermagic_of MODULE: which kernel it is for
vermagic_of() {
  tr '\0' '\n' < "$1" | sed -n 's/ *$//; s/^vermagic=//p'
}

# configure_kernel TREE WORKDIR: kernel.config over tinyconfig
configure_kernel() {
  make -s -C "$1" ARCH=i386 tinyconfig
  (cd "$1" && scripts/kconfig/merge_config.sh -m .config "$images/kernel.config") > "$2/merge.log"
  make -s -C "$1" ARCH=i386 olddefconfig
  check_options "$images/kernel.config" "$1/.config"
}

# unpack_package PACKAGE DIRECTORY: a package's files, without installing it
unpack_package() {
  mkdir -p "$2"
  # as root apt would try to download as another user, who may not write here
  (cd "$2" && apt-get -qq -o APT::Sandbox::User=root download "$1")
  dpkg-deb -x "$2"/*.deb "$2"
}
