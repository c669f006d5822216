#!/usr/bin/env bash
# Lays Debian sid's Mesa (lavapipe with int8 cooperative matrices) and SPIR-V tools into one folder, so that the cooperative-matrix kernels
# run and are validated on a machine without a GPU. Nothing outside the folder changes: no package is installed, apt's state is private.
#
#   mesa-coopmat.sh ROOT                 fill ROOT; returns at once when it is filled already
#   mesa-coopmat.sh ROOT run CMD ARGS…   run a dynamically linked program with ROOT's C library, Vulkan loader and driver
#   mesa-coopmat.sh ROOT spirv-val ARGS… ROOT's own SPIR-V tools (also spirv-dis, spirv-as, vulkaninfo)
#
# With cargo:  CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="scripts/mesa-coopmat.sh ROOT run" cargo test …
# Needs Debian or a derivative with the archive keys, about 70 MB of downloads and 500 MB of disk.
set -euo pipefail

packages=(mesa-vulkan-drivers libvulkan1 vulkan-tools spirv-tools libc6 libgcc-s1 libstdc++6)

die() {
    echo "mesa-coopmat: $*" >&2
    exit 1
}

# The mirror is the one that the machine's own sources name for Debian's main archive (not security, not a third party's).
mirror() {
    apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL) $(COMPONENT)' 'Created-By: Packages' |
        awk '$2 == "Debian" && $3 == "Debian" && $4 == "main" { print $1; exit }'
}

private_apt() {
    apt-get -q \
        -o Dir::Etc::sourcelist="$state/sid.sources" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o Dir::State="$state" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none \
        -o APT::Install-Recommends=0 -o Debug::NoLocking=1 "$@"
}

fill() {
    local uri state architecture
    uri=$(mirror)
    [ -n "$uri" ] || die "no Debian archive among this machine's apt sources (run apt-get update first)"
    mkdir -p "$(dirname "$root")"
    state=$(mktemp -d "$(dirname "$root")/.mesa-coopmat.XXXXXX")
    trap "rm -rf '$state'" EXIT
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/root"
    : >"$state/status"
    architecture=$(dpkg --print-architecture)
    cat >"$state/sid.sources" <<SOURCES
Types: deb
URIs: $uri
Suites: sid
Components: main
Architectures: $architecture
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
    private_apt update
    private_apt --download-only -y install "${packages[@]}"
    # Merged /usr, as in Debian: packages that still ship /lib or /bin must land in /usr.
    mkdir -p "$state/root/usr/lib" "$state/root/usr/lib64" "$state/root/usr/bin"
    ln -s usr/lib "$state/root/lib"
    ln -s usr/lib64 "$state/root/lib64"
    ln -s usr/bin "$state/root/bin"
    for deb in "$state"/cache/archives/*.deb; do
        dpkg -x "$deb" "$state/root"
    done
    rm -rf "$root"
    mv "$state/root" "$root"
    # For programs that start the validator themselves: one file that needs no arguments.
    printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$(loader)" "$(libraries)" "$root/usr/bin/spirv-val" >"$root/spirv-val"
    chmod +x "$root/spirv-val"
    touch "$root/.filled"
}

libraries() {
    local found=("$root"/usr/lib/*-linux-gnu)
    [ -d "${found[0]}" ] || die "$root has no libraries: remove it and fill it again"
    echo "${found[0]}"
}

loader() {
    local found=("$(libraries)"/ld-linux-*.so.*)
    [ -e "${found[0]}" ] || die "$root has no program loader: remove it and fill it again"
    echo "${found[0]}"
}

# The loader is called by name, so that the program uses ROOT's C library without being changed.
run() {
    local lib driver
    lib=$(libraries)
    # The manifest names its library without a folder; the absolute path keeps the host's driver out.
    driver="$root/lvp_icd.json"
    sed "s|\"library_path\": *\"[^\"]*\"|\"library_path\": \"$lib/libvulkan_lvp.so\"|" "$root"/usr/share/vulkan/icd.d/lvp_icd*.json >"$driver.$$"
    mv "$driver.$$" "$driver"
    export VK_DRIVER_FILES="$driver" XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
    export SPIRV_VAL="${SPIRV_VAL:-$root/spirv-val}"
    exec "$(loader)" --library-path "$lib" "$@"
}

[ $# -ge 1 ] || die "usage: $0 ROOT [run CMD ARGS… | spirv-val ARGS… | vulkaninfo ARGS…]"
root=$(realpath -m "$1")
shift
[ -e "$root/.filled" ] || fill >&2
case "${1-}" in
'') echo "$root" ;;
run)
    shift
    program=$(command -v "$1") || die "no program $1"
    shift
    run "$program" "$@"
    ;;
spirv-* | vulkaninfo)
    program="$root/usr/bin/$1"
    shift
    run "$program" "$@"
    ;;
*) die "unknown action $1" ;;
esac
