/* The API's description travels in the binary. */
    .section .rodata
    .globl sma_openapi_start, sma_openapi_end
    .hidden sma_openapi_start, sma_openapi_end
sma_openapi_start:
    .incbin "openapi/schemata.yaml"
sma_openapi_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
