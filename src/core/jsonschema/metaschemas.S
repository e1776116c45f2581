/* The meta-schema documents as bytes of the binary; metaschema.c finds them by these symbols. */
    .section .rodata

    .macro document name, file
    .global sma_metaschema_\name
    .global sma_metaschema_\name\()_end
    .hidden sma_metaschema_\name
    .hidden sma_metaschema_\name\()_end
sma_metaschema_\name:
    .incbin "src/core/jsonschema/metaschemas/\file"
sma_metaschema_\name\()_end:
    .byte 0
    .endm

    document draft04, draft-04.json
    document draft06, draft-06.json
    document draft07, draft-07.json
    document draft201909, draft2019-09/schema.json
    document draft201909_applicator, draft2019-09/applicator.json
    document draft201909_content, draft2019-09/content.json
    document draft201909_core, draft2019-09/core.json
    document draft201909_format, draft2019-09/format.json
    document draft201909_meta_data, draft2019-09/meta-data.json
    document draft201909_validation, draft2019-09/validation.json
    document draft202012, draft2020-12/schema.json
    document draft202012_applicator, draft2020-12/applicator.json
    document draft202012_content, draft2020-12/content.json
    document draft202012_core, draft2020-12/core.json
    document draft202012_format_annotation, draft2020-12/format-annotation.json
    document draft202012_format_assertion, draft2020-12/format-assertion.json
    document draft202012_meta_data, draft2020-12/meta-data.json
    document draft202012_unevaluated, draft2020-12/unevaluated.json
    document draft202012_validation, draft2020-12/validation.json

    .section .note.GNU-stack, "", %progbits
