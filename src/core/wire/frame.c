#include "core/wire/frame.h"

void sma_frame_put_id(uint8_t out[SMA_FRAME_ID_LEN], int32_t id)
{
    uint32_t bits = (uint32_t)id;
    out[0] = 0;
    for (int i = 0; i < 4; i++)
        out[1 + i] = (uint8_t)(bits >> (24 - 8 * i));
}

void sma_frame_put_guid(uint8_t out[SMA_FRAME_GUID_LEN], const uint8_t guid[16])
{
    out[0] = 1;
    memcpy(out + 1, guid, 16);
}

static enum sma_status too_short(struct sma_str bytes, size_t need, struct sma_error *err)
{
    return sma_fail(err, SMA_EINVAL, "message of %zu bytes is shorter than its %zu byte prefix",
                    bytes.len, need);
}

enum sma_status sma_frame_read(struct sma_frame *out, struct sma_str bytes, struct sma_error *err)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    if (!bytes.len)
        return sma_fail(err, SMA_EINVAL, "message is empty: no magic byte");
    if (at[0] == 0) {
        if (bytes.len < SMA_FRAME_ID_LEN)
            return too_short(bytes, SMA_FRAME_ID_LEN, err);
        uint32_t bits = (uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 8 | at[4];
        *out = (struct sma_frame){.kind = SMA_FRAME_BY_ID,
                                  .id = (int32_t)bits,
                                  .rest = sma_str_from(bytes, SMA_FRAME_ID_LEN)};
        return SMA_OK;
    }
    if (at[0] == 1) {
        if (bytes.len < SMA_FRAME_GUID_LEN)
            return too_short(bytes, SMA_FRAME_GUID_LEN, err);
        *out = (struct sma_frame){.kind = SMA_FRAME_BY_GUID,
                                  .rest = sma_str_from(bytes, SMA_FRAME_GUID_LEN)};
        memcpy(out->guid, at + 1, 16);
        return SMA_OK;
    }
    return sma_fail(err, SMA_EINVAL, "Unknown magic byte!");
}
