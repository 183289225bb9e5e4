/// A script with which a shell completes the arguments of the command.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    /// The script for the shell.
    var text: String {
        let commands = Promptctl.commands.map { $0.syntax }
        switch self {
        case .bash: return Self.bash(commands)
        case .zsh: return Self.zsh(commands)
        case .fish: return Self.fish(commands)
        }
    }

    /// Prints the ids of the prompts in the default library.
    private static let promptIDs = "promptctl list --ids 2>/dev/null"

    // MARK: bash

    private static func bash(_ commands: [CommandSyntax]) -> String {
        var cases = ""
        for command in commands {
            let options = command.allOptions.map { "--\($0.name)" }.joined(separator: " ")
            let values = command.options.compactMap { option in
                option.value.map { _ in
                    "            --\(option.name)\(option.short.map { "|-\($0)" } ?? "")) \(bashValue(option.completion)); return ;;\n"
                }
            }.joined()
            let arguments = command.arguments.enumerated().map { index, argument in
                "            \(index)) \(bashValue(argument.completion)) ;;\n"
            }.joined()
            cases += """
                    "\(command.name)")
                        case $previous in
                \(values)        esac
                        if [[ $current == -* ]]; then
                            COMPREPLY=($(compgen -W "\(options)" -- "$current"))
                            return
                        fi
                        case $position in
                \(arguments)        esac ;;

                """
        }
        let names = Set(commands.map { String($0.name.prefix { $0 != " " }) }).union(["help"]).sorted().joined(
            separator: " "
        )
        let takesValue = Set(
            commands.flatMap(\.options).filter { $0.value != nil }
                .flatMap { ["--\($0.name)"] + ($0.short.map { ["-\($0)"] } ?? []) }
        ).sorted().joined(separator: "|")
        return """
            # Completion of promptctl for bash: promptctl --generate-completion-script bash > FILE; source FILE
            # Offers ids as they are: `compgen -W` would expand what they contain.
            _promptctl_ids() {
                local id
                while IFS= read -r id; do
                    if [[ $id == "$current"* ]]; then COMPREPLY+=("$(printf %q "$id")"); fi
                done < <(promptctl list --ids ${library:+"$library"} 2>/dev/null)
            }
            _promptctl() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
                local command= library= position=0 index word
                COMPREPLY=()
                # Bash takes an equals sign for a word.
                if [[ $current == = ]]; then
                    current=
                elif [[ $previous == = ]]; then
                    previous=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                if ((COMP_CWORD == 1)); then
                    COMPREPLY=($(compgen -W "\(names) --help --version --generate-completion-script" -- "$current"))
                    return
                fi
                case ${COMP_WORDS[1]} in
                    help)
                        COMPREPLY=($(compgen -W "\(names)" -- "$current"))
                        return ;;
                    import)
                        if ((COMP_CWORD == 2)); then COMPREPLY=($(compgen -W "maxim" -- "$current")); return; fi
                        command="import maxim" index=3 ;;
                    --generate-completion-script)
                        COMPREPLY=($(compgen -W "bash zsh fish" -- "$current"))
                        return ;;
                    *) command=${COMP_WORDS[1]} index=2 ;;
                esac
                for ((; index < COMP_CWORD; index++)); do
                    word=${COMP_WORDS[index]}
                    if [[ ($word == --library || $word == -l) && -d ${COMP_WORDS[index + 1]:-} ]]; then
                        library=${COMP_WORDS[index + 1]}
                    fi
                    case $word in
                        \(takesValue)) ((index++)) || true ;;
                        -*) ;;
                        *) ((position++)) || true ;;
                    esac
                done
                case $command in
            \(cases)    esac
            }
            complete -o bashdefault -o default -F _promptctl promptctl
            """
    }

    private static func bashValue(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .nothing: "COMPREPLY=()"
        // Without words of the script's own, bash offers files.
        case .files, .directories: "COMPREPLY=()"
        case .promptIDs: "_promptctl_ids"
        case .values(let values): #"COMPREPLY=($(compgen -W "\#(values.joined(separator: " "))" -- "$current"))"#
        }
    }

    // MARK: zsh

    private static func zsh(_ commands: [CommandSyntax]) -> String {
        let descriptions = commands.filter { !$0.name.contains(" ") }
            .map { "        '\($0.name):\(zshText($0.abstract))'" }
        let groups = [
            "        'import:Import prompts from another system.'", "        'help:Show the help of a command.'",
        ]
        let cases = commands.map { command in
            let words = command.allOptions.map { option in
                let repeats = option.isRepeating ? "*" : ""
                let value = option.value.map { ":\($0):\(zshValue(option.completion))" } ?? ""
                return "                '\(repeats)--\(option.name)[\(zshText(option.help))]\(value)'"
            }
            let arguments = command.arguments.enumerated().map { index, argument in
                "                '\(index + 1):\(argument.name):\(zshValue(argument.completion))'"
            }
            let name = command.name.split(separator: " ").last ?? ""
            return "            \(name)) _arguments \\\n" + (words + arguments).joined(separator: " \\\n") + " ;;"
        }
        return """
            #compdef promptctl
            # Completion of promptctl for zsh: save it as _promptctl in a directory of $fpath.
            _promptctl_ids() {
                local -a ids=("${(@f)$(\(promptIDs))}")
                compadd -a ids
            }
            _promptctl() {
                local -a commands=(
            \((descriptions + groups).joined(separator: "\n"))
                )
                if ((CURRENT == 2)); then
                    _describe command commands
                    compadd -- --help --version --generate-completion-script
                    return
                fi
                if [[ $words[2] == import ]] && ((CURRENT == 3)); then compadd maxim; return; fi
                if [[ $words[2] == help ]]; then _describe command commands; return; fi
                if [[ $words[2] == --generate-completion-script ]]; then compadd bash zsh fish; return; fi
                local command=$words[2] skipped=1
                if [[ $command == import ]]; then command=$words[3] skipped=2; fi
                words=("$command" "${(@)words[skipped + 2, -1]}")
                ((CURRENT -= skipped))
                case $command in
            \(cases.joined(separator: "\n"))
                esac
            }
            if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _promptctl "$@"; else compdef _promptctl promptctl; fi
            """
    }

    private static func zshValue(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .nothing: " "
        case .files: "_files"
        case .directories: "_files -/"
        case .promptIDs: "_promptctl_ids"
        case .values(let values): "(\(values.joined(separator: " ")))"
        }
    }

    private static func zshText(_ text: String) -> String {
        text.replacing("'", with: "").replacing(":", with: "\\:").replacing("[", with: "\\[").replacing(
            "]",
            with: "\\]"
        )
    }

    // MARK: fish

    private static func fish(_ commands: [CommandSyntax]) -> String {
        var lines = [
            "# Completion of promptctl for fish: promptctl --generate-completion-script fish > "
                + "~/.config/fish/completions/promptctl.fish",
            "complete -c promptctl -f",
        ]
        let first = "complete -c promptctl -n __fish_use_subcommand"
        for command in commands where !command.name.contains(" ") {
            lines.append("\(first) -a \(command.name) -d '\(fishText(command.abstract))'")
        }
        lines += [
            "\(first) -a import -d 'Import prompts from another system.'",
            "\(first) -a help -d 'Show the help of a command.'",
            "\(first) -l help -d 'Show this help.'",
            "\(first) -l version -d 'Show the version.'",
            "\(first) -l generate-completion-script -x -a 'bash zsh fish'",
            "complete -c promptctl -n '__fish_seen_subcommand_from import; "
                + "and not __fish_seen_subcommand_from maxim' -a maxim",
            "complete -c promptctl -n '__fish_seen_subcommand_from help' -a '\(commands.map(\.name).joined(separator: " "))'",
        ]
        for command in commands {
            let word = command.name.split(separator: " ").last.map(String.init) ?? ""
            let condition = "complete -c promptctl -n '__fish_seen_subcommand_from \(word)'"
            for option in command.allOptions {
                let short = option.short.map { " -s \($0)" } ?? ""
                let value = option.value.map { _ in " \(fishValue(option.completion))" } ?? ""
                lines.append("\(condition) -l \(option.name)\(short)\(value) -d '\(fishText(option.help))'")
            }
            for argument in command.arguments where argument.completion != .nothing {
                lines.append("\(condition) \(fishArgument(argument.completion))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func fishValue(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .nothing: "-x"
        case .files: "-r -F"
        case .directories: "-x -a '(__fish_complete_directories)'"
        case .promptIDs: "-x -a '(\(promptIDs))'"
        case .values(let values): "-x -a '\(values.joined(separator: " "))'"
        }
    }

    private static func fishArgument(_ completion: CommandSyntax.Completion) -> String {
        switch completion {
        case .nothing: ""
        case .files: "-F"
        case .directories: "-a '(__fish_complete_directories)'"
        case .promptIDs: "-a '(\(promptIDs))'"
        case .values(let values): "-a '\(values.joined(separator: " "))'"
        }
    }

    private static func fishText(_ text: String) -> String { text.replacing("'", with: "\\'") }
}
