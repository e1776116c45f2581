/* The JSON Schema of schemata.yaml, as a NUL-terminated text. */
    .section .rodata
    .global sma_project_schema
    .hidden sma_project_schema
sma_project_schema:
    .incbin "openapi/project.schema.json"
    .byte 0
    .section .note.GNU-stack, "", %progbits
