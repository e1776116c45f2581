#!/bin/sh
# What the CI jobs run: fetches the base of a pull or merge request when the clone is too shallow to
# hold it, then runs `schemata check` against the merge base. Arguments go to schemata.
#
#   SCHEMATA          the binary (schemata)
#   SCHEMATA_BASE     branch to compare with; the CI system's own variable otherwise
set -eu
schemata=${SCHEMATA:-schemata}
base=${SCHEMATA_BASE:-${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-}}}
case $base in
-*) echo "check.sh: a branch cannot begin with '-': $base" >&2; exit 2 ;;
'') exec "$schemata" check "$@" ;;
esac
if ! git rev-parse --verify --quiet "refs/remotes/origin/$base" >/dev/null ||
    ! git merge-base HEAD "refs/remotes/origin/$base" >/dev/null 2>&1; then
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        git fetch --quiet --unshallow origin
    fi
    git fetch --quiet origin "+refs/heads/$base:refs/remotes/origin/$base"
fi
commit=$(git merge-base HEAD "refs/remotes/origin/$base")
exec "$schemata" check --against "git:$commit" "$@"
