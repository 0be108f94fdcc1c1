# bash completion of holdfast; `holdfast completion bash` prints it.
_holdfast() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
    else
      printf -v value %q "${line%%$'\t'*}"
      COMPREPLY+=("$value")
    fi
  done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _holdfast holdfast
