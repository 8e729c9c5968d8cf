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

say() {
  printf 'guest-images: %s\n' "$*"
}

die() {
  printf 'guest-images: %s\n' "$*" >&2
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

# unpack_package PACKAGE DIRECTORY: a package's files, without installing it
unpack_package() {
  mkdir -p "$2"
  # as root apt would try to download as another user, who may not write here
  (cd "$2" && apt-get -qq -o APT::Sandbox::User=root download "$1")
  dpkg-deb -x "$2"/*.deb "$2"
}
