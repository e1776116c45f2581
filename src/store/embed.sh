#!/bin/sh
# embed.sh FILE…: assembler text that carries each migration file and a table of them,
# `sma_migrations[]` of {name, start, end} closed by a row of zeros (see src/store/state/migrate.h).
set -eu
echo '    .section .rodata'
i=0
for file in "$@"; do
    name=$(basename "$file" .sql)
    printf 'm%d_name: .asciz "%s"\nm%d: .incbin "%s"\nm%d_end: .byte 0\n' $i "$name" $i "$file" $i
    i=$((i + 1))
done
printf '    .section .data.rel.ro,"aw"\n    .balign 8\n    .globl sma_migrations\n    .hidden sma_migrations\nsma_migrations:\n'
n=0
while [ $n -lt $i ]; do
    printf '    .quad m%d_name, m%d, m%d_end\n' $n $n $n
    n=$((n + 1))
done
printf '    .quad 0, 0, 0\n    .section .note.GNU-stack,"",%%progbits\n'
