#include "core/hash/hash.h"

static bool dash_before(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void sma_uuid_text(char out[37], const uint8_t bytes[16])
{
    static const char hex[] = "0123456789abcdef";
    char *to = out;
    for (int i = 0; i < 16; i++) {
        if (dash_before(i))
            *to++ = '-';
        *to++ = hex[bytes[i] >> 4];
        *to++ = hex[bytes[i] & 15];
    }
    *to = '\0';
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool sma_uuid_parse(uint8_t out[16], struct sma_str text)
{
    uint8_t bytes[16];
    bool dashed = text.len == 36;
    size_t at = 0;
    if (!dashed && text.len != 32)
        return false;
    for (int i = 0; i < 16; i++) {
        if (dashed && dash_before(i) && text.ptr[at++] != '-')
            return false;
        int high = digit(text.ptr[at]), low = digit(text.ptr[at + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    memcpy(out, bytes, sizeof bytes);
    return true;
}
