#!/bin/sh
# Reads "floor folder uses…" lines and checks every #include "…" under each folder: own floor or one
# of its uses, and each third-party header only in its home. Also: no SQL text outside store.
set -u
table=$(mktemp)
trap 'rm -f "$table"' EXIT
cat >"$table"
bad=0

complain() {
    echo "layers: $*" >&2
    bad=1
}

floors=$(awk '{print $1}' "$table")
while read -r floor folder uses; do
    [ -d "$folder" ] || continue
    for file in $(find "$folder" -name '*.[ch]' | sort); do
        for inc in $(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file"); do
            case $inc in
            schemata/*)
                case $floor in client | client/* | cli) ;; *) complain "$file includes $inc" ;; esac
                continue
                ;;
            clients/avro-c/*) owner=client/avro ;;
            clients/protobuf-c/*) owner=client/protobuf-c ;;
            clients/serdes/*) owner=client/serdes ;;
            clients/c/*) owner=client ;;
            */*)
                owner=
                for f in $floors; do
                    case $inc in "$f"/*) owner=$f ;; esac
                done
                ;;
            *) owner=generated ;;
            esac
            case " generated $floor $uses " in
            *" ${owner:-none} "*) ;;
            *) complain "$file ($floor) includes $inc of ${owner:-no floor}" ;;
            esac
        done
    done
done <"$table"

home() { # header, folder
    hits=$(grep -rlE "# *include *<($1)>" src clients --include='*.[ch]' 2>/dev/null | grep -vE "^($2)/")
    for f in $hits; do complain "$f includes <$1>, whose home is $2"; done
}
home 'sqlite3\.h' 'src/store/state'
home 'microhttpd\.h' 'src/http'
home 'gnutls/[a-z]*\.h' 'src/core/hash|src/core/crypto|src/http'
home 'pcre2\.h' 'src/core/jsonschema'
home 'protobuf-c/protobuf-c\.h' 'clients/protobuf-c'
home 'curl/curl\.h' 'clients/c|src/libcurl'
home 'zlib\.h' 'src/http'
home 'yaml\.h' 'src/cli'
home 'jansson\.h|avro\.h' 'clients/avro-c|clients/serdes'

sql=$(grep -rnE '"[^"]*\b(SELECT .* FROM|INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM) ' src clients/c \
    --include='*.c' 2>/dev/null | grep -v '^src/store/')
[ -z "$sql" ] || complain "SQL outside src/store: $sql"

[ "$bad" -eq 0 ] && echo "layers: clean"
exit "$bad"
