/* `schemata completion SHELL`: a script made from the table of commands. */
#include <string.h>

#include "cli/cli.h"

static void put_words(FILE *out, const char *choices)
{
    for (const char *c = choices; *c; c++)
        fputc(*c == '|' ? ' ' : *c, out);
}

/* ---- bash ---- */

static void bash_command(FILE *out, const struct sma_command *c)
{
    const struct sma_option *o;
    fprintf(out, "    %s) flags='", c->name);
    for (size_t i = 0; (o = sma_command_option(c, i)); i++)
        fprintf(out, "%s%s", i ? " " : "", o->name);
    fprintf(out, "' ;;\n");
}

static void bash_choices(FILE *out, const struct sma_command *c)
{
    const struct sma_option *o;
    for (size_t i = 0; (o = sma_command_option(c, i)); i++) {
        if (!sma_option_has_choices(o))
            continue;
        fprintf(out, "    %s:%s", c->name, o->name);
        if (o->letter)
            fprintf(out, "|%s:-%c", c->name, o->letter);
        fprintf(out, ") words='");
        put_words(out, o->value);
        fprintf(out, "' ;;\n");
    }
}

/* Commands whose arguments are subjects, with something between their names. */
static void put_subject_commands(FILE *out, const char *between)
{
    bool any = false;
    for (const struct sma_command *c = sma_commands; c->name; c++)
        if (c->subjects) {
            fprintf(out, "%s%s", any ? between : "", c->name);
            any = true;
        }
}

/* Names of a peer go through no expansion: mapfile takes lines as they are. bash takes "sr:x" apart
 * at the colon. */
static void bash_subjects(FILE *out)
{
    fprintf(out, "    case $command:$previous in\n    *:':'|");
    put_subject_commands(out, ":*|");
    fprintf(out, ":*) live=1 ;;\n    esac\n    case $current in sr:*) live=1 ;; esac\n");
}

static void bash(FILE *out)
{
    fprintf(out,
            "# bash completion of schemata: source <(schemata completion bash)\n"
            "_schemata() {\n"
            "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
            "    local command=${COMP_WORDS[1]} flags= words= live=\n"
            "    COMPREPLY=()\n"
            "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
            "        COMPREPLY=($(compgen -W '");
    for (const struct sma_command *c = sma_commands; c->name; c++)
        fprintf(out, "%s%s", c == sma_commands ? "" : " ", c->name);
    fprintf(out, "' -- \"$current\"))\n        return\n    fi\n    case $command:$previous in\n");
    for (const struct sma_command *c = sma_commands; c->name; c++)
        bash_choices(out, c);
    fprintf(out, "    esac\n    case $command in\n");
    for (const struct sma_command *c = sma_commands; c->name; c++)
        bash_command(out, c);
    fprintf(out, "    esac\n");
    bash_subjects(out);
    fprintf(out, "    if [ -n \"$words\" ]; then\n"
                 "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                 "    elif [ \"${current#-}\" != \"$current\" ]; then\n"
                 "        COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
                 "    elif [ -n \"$live\" ]; then\n"
                 "        mapfile -t COMPREPLY < <(\"${COMP_WORDS[0]}\" complete -- \"$current\" "
                 "2>/dev/null)\n"
                 "    else\n"
                 "        COMPREPLY=($(compgen -f -- \"$current\"))\n"
                 "    fi\n"
                 "}\n"
                 "complete -o filenames -F _schemata schemata\n");
}

/* ---- zsh and fish: descriptions inside single quotes ---- */

/* Text for a single-quoted word; `also` characters get a backslash that the shell keeps. */
static void put_quoted(FILE *out, const char *text, const char *also, const char *quote)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            fputs(quote, out);
        else if (strchr(also, *c))
            fprintf(out, "\\%c", *c);
        else
            fputc(*c, out);
    }
}

static void zsh_option(FILE *out, const struct sma_option *o)
{
    fprintf(out, "            '%s%s[", o->repeats ? "*" : "", o->name);
    put_quoted(out, o->help, "[]:", "'\\''");
    fprintf(out, "]");
    if (sma_option_has_choices(o)) {
        fprintf(out, ":value:(");
        put_words(out, o->value);
        fprintf(out, ")");
    } else if (o->value) {
        fprintf(out, ":value:_files");
    }
    fprintf(out, "' \\\n");
}

static void zsh(FILE *out)
{
    const struct sma_option *o;
    fprintf(out, "#compdef schemata\n_schemata_subjects() {\n    local -a found\n"
                 "    found=(${(f)\"$(schemata complete -- \"$PREFIX\" 2>/dev/null)\"})\n"
                 "    compadd -a found\n}\n");
    fprintf(out, "_schemata() {\n    local -a commands\n    commands=(\n");
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        fprintf(out, "        '%s:", c->name);
        put_quoted(out, c->summary, ":", "'\\''");
        fprintf(out, "'\n");
    }
    fprintf(out, "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n"
                 "        return\n    fi\n    local command=$words[2]\n    shift words\n"
                 "    (( CURRENT-- ))\n    case $command in\n");
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        fprintf(out, "        %s)\n            _arguments \\\n", c->name);
        for (size_t i = 0; (o = sma_command_option(c, i)); i++)
            zsh_option(out, o);
        fprintf(out, "            '*:%s' ;;\n",
                c->subjects ? "subject:_schemata_subjects" : "file:_files");
    }
    fprintf(out, "    esac\n}\ncompdef _schemata schemata\n");
}

static void fish_option(FILE *out, const struct sma_command *c, const struct sma_option *o)
{
    fprintf(out, "complete -c schemata -n '__fish_seen_subcommand_from %s' -l %s", c->name,
            o->name + 2);
    if (o->letter)
        fprintf(out, " -s %c", o->letter);
    if (sma_option_has_choices(o)) {
        fprintf(out, " -x -a '");
        put_words(out, o->value);
        fprintf(out, "'");
    } else if (o->value) {
        fprintf(out, " -r");
    }
    fprintf(out, " -d '");
    put_quoted(out, o->help, "\\", "\\'");
    fprintf(out, "'\n");
}

static void fish(FILE *out)
{
    const struct sma_option *o;
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        fprintf(out, "complete -c schemata -n __fish_use_subcommand -f -a %s -d '", c->name);
        put_quoted(out, c->summary, "\\", "\\'");
        fprintf(out, "'\n");
        for (size_t i = 0; (o = sma_command_option(c, i)); i++)
            fish_option(out, c, o);
    }
    fprintf(out, "complete -c schemata -n '__fish_seen_subcommand_from ");
    put_subject_commands(out, " ");
    fprintf(out, "' -f -a '(schemata complete -- (commandline -ct) 2>/dev/null)'\n");
}

/* ---- PowerShell: a quote in a single-quoted string is doubled ---- */

static void power_choices(FILE *out, const struct sma_option *o)
{
    fprintf(out, " Choices = @(");
    for (const char *at = o->value; *at; at += strcspn(at, "|"), at += *at == '|')
        fprintf(out, "%s'%.*s'", at == o->value ? "" : ", ", (int)strcspn(at, "|"), at);
    fprintf(out, ")");
}

static void power_option(FILE *out, const struct sma_option *o)
{
    fprintf(out, "            @{ Name = '%s';", o->name);
    if (o->letter)
        fprintf(out, " Short = '-%c';", o->letter);
    fprintf(out, " Help = '");
    put_quoted(out, o->help, "", "''");
    fprintf(out, "';");
    if (sma_option_has_choices(o))
        power_choices(out, o);
    fprintf(out, " }\n");
}

static void power_shell(FILE *out)
{
    const struct sma_option *o;
    fprintf(out, "# PowerShell completion of schemata:\n"
                 "#   schemata completion powershell | Out-String | Invoke-Expression\n"
                 "Register-ArgumentCompleter -Native -CommandName schemata -ScriptBlock {\n"
                 "    param($word, $ast, $cursor)\n    $commands = [ordered]@{\n");
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        fprintf(out, "        '%s' = @{ Help = '", c->name);
        put_quoted(out, c->summary, "", "''");
        fprintf(out, "'; Flags = @(\n");
        for (size_t i = 0; (o = sma_command_option(c, i)); i++)
            power_option(out, o);
        fprintf(out, "        )%s }\n", c->subjects ? "; Subjects = $true" : "");
    }
    fprintf(
        out,
        "    }\n"
        "    $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })\n"
        "    if ($word) { $before = $words[0..($words.Count - 2)] } else { $before = $words }\n"
        "    $found = if (@($before).Count -le 1) {\n"
        "        $commands.GetEnumerator() | ForEach-Object { ,@($_.Key, $_.Value.Help) }\n"
        "    } else {\n"
        "        $command = $commands[$before[1]]\n"
        "        $last = @($before)[-1]\n"
        "        $open = $command.Flags | Where-Object { $_.Choices -and "
        "($_.Name -eq $last -or $_.Short -eq $last) }\n"
        "        if ($open) { $open.Choices | ForEach-Object { ,@($_, $_) } }\n"
        "        elseif ($word -like '-*') { $command.Flags | "
        "ForEach-Object { ,@($_.Name, $_.Help) } }\n"
        "        elseif ($command.Subjects) { & $words[0] complete -- $word 2>$null | "
        "ForEach-Object { ,@($_, $_) } }\n"
        "    }\n"
        "    $found | Where-Object { $_[0] -like \"$word*\" } | ForEach-Object {\n"
        "        [System.Management.Automation.CompletionResult]::new("
        "$_[0], $_[0], 'ParameterValue', $_[1])\n"
        "    }\n}\n");
}

static const struct {
    const char *name;
    void (*print)(FILE *out);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}, {"powershell", power_shell}};

int sma_completion_main(const struct sma_arguments *arguments)
{
    const char *shell = arguments->positional[0];
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (!strcmp(shell, shells[i].name)) {
            shells[i].print(stdout);
            return SMA_EXIT_OK;
        }
    fprintf(stderr, "schemata: no completion for \"%s\": bash, zsh, fish and powershell are "
                    "there\n", shell);
    return SMA_EXIT_USAGE;
}
