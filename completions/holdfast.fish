# fish completion of holdfast; `holdfast completion fish` prints it.
function __holdfast_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (holdfast complete -- $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            printf '%s\n' $line
        end
    end
end
complete -c holdfast -f -a '(__holdfast_complete)'
