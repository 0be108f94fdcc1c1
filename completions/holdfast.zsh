#compdef holdfast
# zsh completion of holdfast; `holdfast completion zsh` prints it.
_holdfast() {
  local line files value about
  local -a values
  for line in "${(@f)$(holdfast complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      files=yes
    elif [[ -n $line ]]; then
      value=${line%%$'\t'*} about=${line#*$'\t'}
      values+=("${value//:/\\:}${about:+:$about}")
    fi
  done
  (( $#values )) && _describe holdfast values
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _holdfast ]]; then
  _holdfast "$@"
else
  compdef _holdfast holdfast
fi
