#!/usr/bin/env bash
# Prints the path of a cuBLAS, the toolkit's or the one a Python environment brings; nothing where there is none.
set -u
shopt -s nullglob
for package in nvidia.cublas nvidia.cu13; do
  folders+=("$(python3 -c "import $package as c; print(list(c.__path__)[0] + '/lib')" 2>/dev/null)")
done
for folder in /usr/local/cuda/lib64 "${folders[@]}"; do
  for library in "$folder"/libcublas.so.1?; do
    echo "$library"
    exit 0
  done
done
