#!/bin/sh
# reference.sh html|man|names VERSION HEADER…: the reference of the C library, out of the comments and declarations of its
# public headers. `man` gives libschemata(3); `names` gives the functions, one a line, for pages that lead to it.
set -eu
kind=$1 version=$2
shift 2
if [ "$kind" = names ]; then
    sed -n 's/^\(.*[ *]\)\{0,1\}\(schemata_[a-z0-9_]*\)(.*/\2/p' "$@" | grep -vE '_$|_fn$' | sort -u
    exit 0
fi
LC_ALL=C awk -v kind="$kind" -v version="$version" '
function html(s) { gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s); return s }
function roff(s) { gsub(/\342\200\246/, "...", s); gsub(/\302\265/, "u", s); gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); if (s ~ /^[.\x27]/) s = "\\&" s; return s }
function heading(s) { if (kind == "html") print "<h2>" html(s) "</h2>"; else print ".SH " (s ~ /^</ ? roff(s) : toupper(roff(s))) }
# A comment keeps its lines: many are tables.
function say(s,    n, i, lines) {
    n = split(s, lines, "\n")
    print kind == "html" ? "<pre class=\"text\">" : ".PP\n.nf"
    for (i = 1; i <= n; i++) print kind == "html" ? html(lines[i]) : roff(lines[i])
    print kind == "html" ? "</pre>" : ".fi"
}
function flush_code(    s) {
    s = code; code = ""
    gsub(/SCHEMATA_API |SCHEMATA_MUST_USE |static inline /, "", s)
    sub(/\n+$/, "", s)
    if (s ~ /^[ \n]*$/) return
    print kind == "html" ? "<pre class=\"code\">" html(s) "</pre>" : ".PP\n.RS 4\n.nf\n\\fB" roff_block(s) "\\fR\n.fi\n.RE"
}
function roff_block(s,    n, i, lines, out) {
    n = split(s, lines, "\n")
    for (i = 1; i <= n; i++) out = out (i > 1 ? "\n" : "") roff(lines[i])
    return out
}
function comment_ends(text) {
    sub(/^\/\* ?/, "", text); sub(/ *\*\/ *$/, "", text)
    if (text ~ /^----/) {
        gsub(/^-+ *| *-+$/, "", text)
        hidden = text == "build"
        if (!hidden) heading(text)
    } else if (!hidden) say(text)
}
BEGIN {
    if (kind == "html") {
        print "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>libschemata " version "</title><style>"
        print "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
        print "pre{white-space:pre-wrap;overflow-wrap:anywhere}pre.text{font:inherit;margin:.8rem 0 .2rem}"
        print "pre.code{background:#f3f4f6;padding:.6rem .8rem;border-radius:4px;font-size:.85rem}"
        print "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181c}pre.code{background:#23262d}}</style></head><body>"
        print "<h1>libschemata " version "</h1>"
    } else {
        print ".TH LIBSCHEMATA 3 \"\" \"schemata " version "\" \"C library\""
        print ".SH NAME\nlibschemata \\- client of schema registries\n.SH SYNOPSIS\n.nf\n#include <schemata/schemata.h>"
        print "cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs schemata)\n.fi"
    }
}
FNR == 1 { flush_code(); hidden = 0; name = FILENAME; sub(/.*\//, "", name); heading("<schemata/" name ">") }
in_comment { comment = comment "\n" gensub_star($0); if ($0 ~ /\*\//) { in_comment = 0; comment_ends(comment) } next }
/^\/\*/ { flush_code(); if ($0 ~ /\*\/ *$/) comment_ends($0); else { comment = $0; in_comment = 1 } next }
/^#(ifndef|ifdef|if|elif|else|endif|include)|^extern "C"|^}( \/\*.*)?$|^#  / { next }
/^#define SCHEMATA_(H|API|MUST_USE)|^#define [A-Z_]*_H$/ { next }
hidden && !/schemata_/ { next }
/^$/ { flush_code(); next }
{ code = code $0 "\n" }
END {
    flush_code()
    if (kind == "html") print "</body></html>"
    else print ".SH SEE ALSO\n.BR schemata (1)"
}
function gensub_star(s) { sub(/^ \* ?/, "", s); sub(/^ \*\//, "*/", s); return s }
' "$@"
