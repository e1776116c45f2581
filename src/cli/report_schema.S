/* The JSON Schema of reports, as a NUL-terminated text. */
    .section .rodata
    .global sma_report_schema
    .hidden sma_report_schema
sma_report_schema:
    .incbin "openapi/report.schema.json"
    .byte 0
    .section .note.GNU-stack, "", %progbits
