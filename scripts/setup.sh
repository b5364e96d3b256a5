#!/bin/sh
# Makes .venv and installs the coach and its pinned dependencies into it: sh scripts/setup.sh run|dev
# Does nothing when that was done before for the same pyproject.toml and constraints.txt.
# PYTHON=... chooses the interpreter; CC and CXX the compilers. Index and proxy settings are left as the machine has them.
set -eu
cd "$(dirname "$0")/.."
kind=$1
here=$(pwd -P)
python=.venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK=1

stop() {
    echo "$1" >&2
    exit 1
}

works() { # a supported interpreter: the versions for which all pinned packages have wheels
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        works "$PYTHON" || stop "'$PYTHON' is not a Python 3.11 to 3.14; give the path of one: make PYTHON=/path/to/python3 run."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if works "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    stop "Python 3.11 to 3.14 is needed and was not found; install it, or say where it is: make PYTHON=/path/to/python3 run."
}

pinned() {
    sed -n "s/^$1==//p" constraints.txt
}

# A virtual environment does not survive being moved, nor its interpreter going away: such a one is made anew.
moved() {
    grep -q '^command = ' .venv/pyvenv.cfg && ! grep -q "^command = .* $here/.venv\$" .venv/pyvenv.cfg
}
if [ -d .venv ] && { ! works "$python" || moved; }; then
    echo ".venv was made for another place or another Python; making it anew."
    rm -rf .venv
fi

wanted="$(cat pyproject.toml constraints.txt | cksum) $here"
for done_kind in "$kind" dev; do # what the tests need contains what a run needs
    if [ "$(cat ".venv/installed-$done_kind" 2>/dev/null || true)" = "$wanted" ]; then
        echo "The packages are installed already."
        exit 0
    fi
done

if [ ! -d .venv ]; then
    base=$(find_python)
    echo "Making .venv with $("$base" --version)."
    "$base" -m venv .venv || stop "Python could not make a virtual environment; on Debian and Ubuntu install python3-venv, then try again."
fi

# The pip that comes with Python 3.11 knows neither dependency groups nor build constraints: the pinned one comes first.
"$python" -m pip install --quiet --constraint constraints.txt --upgrade pip

# llama-cpp-python has no wheels on PyPI. Say beforehand what will happen, and look for a compiler before minutes are spent.
llama=$(pinned llama-cpp-python)
here_already="$("$python" -m pip freeze 2>/dev/null | grep -i '^llama_cpp_python==' || true)"
if [ "${here_already#*==}" = "$llama" ]; then
    :
elif "$python" -m pip cache list llama_cpp_python 2>/dev/null | grep -q "llama_cpp_python-$llama-"; then
    echo "llama-cpp-python $llama was built on this machine before; pip takes it from its cache."
elif "$python" -m pip install --quiet --dry-run --no-deps --only-binary :all: "llama-cpp-python==$llama" >/dev/null 2>&1; then
    echo "llama-cpp-python $llama comes as a ready-made wheel."
else
    for compiler in "${CC:-cc}" "${CXX:-c++}"; do
        # CC may carry flags ("gcc -m64"): its first word is the program.
        command -v "${compiler%% *}" >/dev/null 2>&1 ||
            stop "A C and C++ compiler is needed to build llama-cpp-python and '$compiler' was not found; install one (Debian and Ubuntu: build-essential; Fedora: gcc-c++; macOS: xcode-select --install), then try again."
    done
    echo "llama-cpp-python $llama is now built from source (77 MB fetched). This takes 3 to 8 minutes on 2 cores, once:"
    echo "pip keeps the result in its cache. CMake and Ninja are fetched for the build where they are missing."
fi

quiet=
[ -t 1 ] || quiet=-qq
install() {
    # shellcheck disable=SC2086 # $quiet is one word or none
    "$python" -m pip install $quiet --constraint constraints.txt --build-constraint constraints.txt "$@"
}

# On its own and never quiet, so that minutes of building are seen to go on.
if [ "${here_already#*==}" != "$llama" ]; then
    "$python" -m pip install --no-deps --constraint constraints.txt --build-constraint constraints.txt llama-cpp-python
fi
case $kind in
run)
    echo "Installing the coach and its other packages (about 95, 110 MB)."
    install --editable .
    ;;
dev)
    echo "Installing the coach, its other packages and the tools for its tests (about 120, 195 MB)."
    install --editable . --group dev
    ;;
esac
echo "$wanted" >".venv/installed-$kind"
