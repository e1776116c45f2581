/* Names of Unicode properties: which ECMA-262 knows, in the spelling that PCRE2 understands. */
#include "core/jsonschema/regex_syntax.h"

struct alias {
    const char *name, *spelling;
};

/* General categories: long name, short name. */
static const struct alias categories[] = {
    {"Cased_Letter", "LC"},
    {"Close_Punctuation", "Pe"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other", "C"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"},
};

/* Binary properties: both names are understood by PCRE2 as they are. */
static const char *const binaries[] = {
    "ASCII",
    "ASCII_Hex_Digit",
    "AHex",
    "Alphabetic",
    "Alpha",
    "Any",
    "Assigned",
    "Bidi_Control",
    "Bidi_C",
    "Bidi_Mirrored",
    "Bidi_M",
    "Case_Ignorable",
    "CI",
    "Cased",
    "Changes_When_Casefolded",
    "CWCF",
    "Changes_When_Casemapped",
    "CWCM",
    "Changes_When_Lowercased",
    "CWL",
    "Changes_When_Titlecased",
    "CWT",
    "Changes_When_Uppercased",
    "CWU",
    "Dash",
    "Default_Ignorable_Code_Point",
    "DI",
    "Deprecated",
    "Dep",
    "Diacritic",
    "Dia",
    "Emoji",
    "Emoji_Component",
    "EComp",
    "Emoji_Modifier",
    "EMod",
    "Emoji_Modifier_Base",
    "EBase",
    "Emoji_Presentation",
    "EPres",
    "Extended_Pictographic",
    "ExtPict",
    "Extender",
    "Ext",
    "Grapheme_Base",
    "Gr_Base",
    "Grapheme_Extend",
    "Gr_Ext",
    "Hex_Digit",
    "Hex",
    "IDS_Binary_Operator",
    "IDSB",
    "IDS_Trinary_Operator",
    "IDST",
    "ID_Continue",
    "IDC",
    "ID_Start",
    "IDS",
    "Ideographic",
    "Ideo",
    "Join_Control",
    "Join_C",
    "Logical_Order_Exception",
    "LOE",
    "Lowercase",
    "Lower",
    "Math",
    "Noncharacter_Code_Point",
    "NChar",
    "Pattern_Syntax",
    "Pat_Syn",
    "Pattern_White_Space",
    "Pat_WS",
    "Quotation_Mark",
    "QMark",
    "Radical",
    "Regional_Indicator",
    "RI",
    "Sentence_Terminal",
    "STerm",
    "Soft_Dotted",
    "SD",
    "Terminal_Punctuation",
    "Term",
    "Unified_Ideograph",
    "UIdeo",
    "Uppercase",
    "Upper",
    "Variation_Selector",
    "VS",
    "White_Space",
    "space",
    "XID_Continue",
    "XIDC",
    "XID_Start",
    "XIDS",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool category_name(struct sma_str name, struct sma_str *out)
{
    for (size_t i = 0; i < COUNT(categories); i++) {
        struct sma_str spelling = sma_str_z(categories[i].spelling);
        if (sma_str_eqz(name, categories[i].name) || sma_str_eq(name, spelling)) {
            *out = spelling;
            return true;
        }
    }
    return false;
}

/* Script names are many and grow with Unicode: PCRE2 has the list, the form is checked here. */
static bool is_script_name(struct sma_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'))
            return false;
    }
    return name.len > 0;
}

bool sma_regex_property_name(struct sma_str name, struct sma_arena *arena, struct sma_str *out)
{
    ptrdiff_t equals = sma_str_chr(name, '=');
    if (equals >= 0) {
        struct sma_str key = sma_str_head(name, (size_t)equals);
        struct sma_str value = sma_str_from(name, (size_t)equals + 1);
        if (sma_str_eqz(key, "gc") || sma_str_eqz(key, "General_Category"))
            return category_name(value, out);
        bool extensions = sma_str_eqz(key, "scx") || sma_str_eqz(key, "Script_Extensions");
        if (!extensions && !sma_str_eqz(key, "sc") && !sma_str_eqz(key, "Script"))
            return false;
        if (!is_script_name(value))
            return false;
        *out = sma_arena_printf(arena, "%s=%.*s", extensions ? "scx" : "sc", SMA_STR_ARG(value));
        return out->ptr != NULL;
    }
    if (category_name(name, out))
        return true;
    for (size_t i = 0; i < COUNT(binaries); i++) {
        if (sma_str_eqz(name, binaries[i])) {
            *out = sma_str_z(binaries[i]);
            return true;
        }
    }
    return false;
}
