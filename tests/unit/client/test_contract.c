/* Rule sets as the client reads them: which rules run, in which order, on which fields. */
#include "clients/c/contract.h"
#include "clients/c/memory.h"
#include "tests/support/test.h"

/* ---- wildcards ---------------------------------------------------------------------------------- */

static const struct {
    const char *pattern, *text;
    bool matches;
} wildcards[] = {
    {"eve", "eve", true},
    {"eve", "evelyn", false},
    {"eve*", "eve", true},
    {"eve*", "evelyn", true},
    {"a*.bob.eve", "alice.bob.eve", true},
    {"a*.bob.e*", "alice.bob.eve", true},
    {"a*", "alice.bob.eve", false},
    {"a**", "alice.bob.eve", true},
    {"alice.bob*", "alice.bob.eve", false},
    {"alice.bob**", "alice.bob.eve", true},
    {"**.ssn", "n.R.ssn", true},
    {"**.ssn", "ssn", false},
    {"**.ssn", "n.ssn.x", false},
    {"**.*", "n.R.ssn", true},
    {"**", "", true},
    {"*", "", true},
    {"*", "a.b", false},
    {"?", "a", true},
    {"?", ".", false},
    {"a?c", "abc", true},
    {"a?c", "ac", false},
    {"*.b.*", "a.b.c", true},
    {"*b*c", "abxbc", true},
    {"**a*b.c", "x.a.ab.c", true},
    {"**a*b.c", "x.a.abd.c", false},
    {"**.R.*", "a.R.b.R.c", true},
    {"", "", true},
    {"", "a", false},
};

static void matches_wildcards(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(wildcards); i++)
        if (sma_client_wildcard_match(sma_str_z(wildcards[i].pattern), sma_str_z(wildcards[i].text)) !=
            wildcards[i].matches)
            fail_msg("%s on %s", wildcards[i].pattern, wildcards[i].text);
}

/* ---- which rules, in which order ---------------------------------------------------------------- */

#define RULE(name, more) "{\"name\":\"" name "\",\"type\":\"T\"" more "}"
#define DOMAIN(list) "{\"domainRules\":[" list "]}"
#define MODE(mode) ",\"mode\":\"" mode "\""

static const struct {
    const char *what, *rules, *environment;
    const char *write, *read; /* names in the order they run, each with its onFailure */
} orders[] = {
    {"both ways, reading backwards", DOMAIN(RULE("a", MODE("WRITEREAD")) "," RULE("b", MODE("WRITEREAD"))), NULL,
     "a b ", "b a "},
    {"one way", DOMAIN(RULE("w", MODE("WRITE")) "," RULE("r", MODE("READ")) "," RULE("u", MODE("UPGRADE"))), NULL,
     "w ", "r "},
    {"no mode: both ways", DOMAIN(RULE("a", "")), NULL, "a ", "a "},
    {"disabled", DOMAIN(RULE("a", ",\"disabled\":true") "," RULE("b", ",\"disabled\":false")), NULL, "b ", "b "},
    {"encoding after domain, and before it",
     "{\"domainRules\":[" RULE("d", "") "," RULE("e", "") "],\"encodingRules\":[" RULE("x", "") "," RULE("y", "") "]}",
     NULL, "d e x y ", "y x e d "},
    {"migrations run nowhere here", "{\"migrationRules\":[" RULE("m", MODE("UPGRADE")) "]}", NULL, "", ""},
    {"actions of both directions", DOMAIN(RULE("a", ",\"onFailure\":\"DLQ, NONE\"") "," RULE("b", ",\"onFailure\":\"X\"")),
     NULL, "a:DLQ b:X ", "b:X a:NONE "},
    {"enabled everywhere", "{\"enableAt\":\"ALL\",\"domainRules\":[" RULE("a", "") "]}", NULL, "a ", "a "},
    {"enabled elsewhere", "{\"enableAt\":\"GATEWAY\",\"domainRules\":[" RULE("a", "") "]}", NULL, "", ""},
    {"enabled here", "{\"enableAt\":\"GATEWAY\",\"domainRules\":[" RULE("a", "") "]}", "GATEWAY", "a ", "a "},
    {"things that are no rules", DOMAIN("1,null,\"a\"," RULE("a", "")), NULL, "a ", "a "},
    {"lists that are none", "{\"domainRules\":{},\"encodingRules\":7}", NULL, "", ""},
};

static void check_order(const char *what, const char *rules, const char *environment, bool writes,
                        const char *wanted)
{
    schemata_schema_t schema = {.id = 1, .rule_set = (char *)rules};
    struct sma_client_contract *contract;
    schemata_error_t *err = NULL;
    struct sma_buf names;
    if (sma_client_contract_new(&contract, &schema, writes, environment, &err))
        fail_msg("%s: %s", what, schemata_error_message(err));
    assert_int_equal(contract != NULL, *wanted != '\0');
    sma_buf_init(&names, 0);
    for (size_t i = 0; contract && i < contract->count; i++) {
        const struct sma_client_rule *rule = &contract->rules[i];
        sma_buf_puts(&names, rule->name);
        if (rule->on_failure.len)
            sma_buf_printf(&names, ":%s", rule->on_failure.ptr);
        sma_buf_putc(&names, ' ');
    }
    sma_test_same_text(what, sma_buf_str(&names), sma_str_z(wanted));
    sma_buf_fini(&names);
    sma_client_contract_free(contract);
}

static void picks_and_orders(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(orders); i++) {
        check_order(orders[i].what, orders[i].rules, orders[i].environment, true, orders[i].write);
        check_order(orders[i].what, orders[i].rules, orders[i].environment, false, orders[i].read);
    }
}

static void refuses_what_is_no_json(void **state)
{
    (void)state;
    schemata_schema_t schema = {.id = 1, .rule_set = "{\"domainRules\":["};
    struct sma_client_contract *contract;
    schemata_error_t *err = NULL;
    assert_int_equal(sma_client_contract_new(&contract, &schema, true, NULL, &err), SCHEMATA_ERR_SERVER);
    assert_null(contract);
    schemata_error_free(err);
}

static void bounds_the_number_of_rules(void **state)
{
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        struct sma_buf text;
        sma_buf_init(&text, 0);
        sma_buf_putz(&text, "{\"domainRules\":[");
        for (unsigned i = 0; i < 2 * SMA_CLIENT_RULES_MAX + more; i++)
            sma_buf_printf(&text, "%s{}", i ? "," : "");
        sma_buf_putz(&text, "]}");
        schemata_schema_t schema = {.id = 1, .rule_set = text.ptr};
        struct sma_client_contract *contract;
        assert_int_equal(sma_client_contract_new(&contract, &schema, true, NULL, NULL),
                         more ? SCHEMATA_ERR_SERVER : SCHEMATA_OK);
        sma_client_contract_free(contract);
        sma_buf_fini(&text);
    }
}

/* ---- parameters, tags --------------------------------------------------------------------------- */

static bool has(void *ctx, struct sma_str tag)
{
    return ctx && sma_str_eqz(tag, ctx);
}

static void looks_parameters_and_tags_up(void **state)
{
    (void)state;
    schemata_schema_t schema = {
        .id = 1,
        .rule_set = DOMAIN(RULE("a", ",\"tags\":[\"PII\",\"GDPR\"],\"params\":{\"p\":\"rule\",\"n\":1}") "," RULE("b", "")),
        .metadata = "{\"properties\":{\"p\":\"meta\",\"q\":\"meta\"},\"tags\":{\"**.ssn\":[\"GDPR\"],\"n.R.x\":[\"OTHER\"]}}"};
    struct sma_client_contract *c;
    assert_int_equal(sma_client_contract_new(&c, &schema, true, NULL, NULL), SCHEMATA_OK);
    const struct sma_client_rule *a = &c->rules[0], *b = &c->rules[1];
    assert_string_equal(sma_client_contract_param(c, a, "p").ptr, "rule");
    assert_string_equal(sma_client_contract_param(c, a, "q").ptr, "meta");
    assert_null(sma_client_contract_param(c, a, "n").ptr);
    assert_null(sma_client_contract_param(c, a, "none").ptr);
    assert_string_equal(sma_client_contract_param(c, b, "p").ptr, "meta");
    assert_true(sma_client_contract_means(c, a, SMA_STR("n.R.f"), has, "PII"));
    assert_false(sma_client_contract_means(c, a, SMA_STR("n.R.f"), has, "X"));
    assert_true(sma_client_contract_means(c, a, SMA_STR("n.R.ssn"), has, NULL));
    assert_false(sma_client_contract_means(c, a, SMA_STR("n.R.x"), has, NULL));
    assert_true(sma_client_contract_means(c, b, SMA_STR("n.R.x"), has, NULL));
    sma_client_contract_free(c);
}

/* When writing the first of equal rules acts, when reading the last of the list: the first one here. */
static void leaves_repeated_rules_out(void **state)
{
    (void)state;
    static const char rules[] =
        DOMAIN(RULE("a", ",\"tags\":[\"P\",\"Q\"]") "," RULE("b", ",\"tags\":[\"Q\",\"P\"]") "," RULE(
            "c", ",\"tags\":[\"P\"]") "," RULE("d", "") "," RULE("e", "") "," RULE("f",
               ",\"tags\":[\"P\"],\"kind\":\"CONDITION\""));
    schemata_schema_t schema = {.id = 1, .rule_set = (char *)rules};
    for (int writes = 0; writes < 2; writes++) {
        struct sma_client_contract *c;
        char left_out = 0;
        assert_int_equal(sma_client_contract_new(&c, &schema, writes, NULL, NULL), SCHEMATA_OK);
        assert_int_equal(c->count, 6);
        for (size_t i = 0; i < c->count; i++)
            if (sma_client_contract_is_repeated(c, &c->rules[i])) {
                assert_int_equal(left_out, 0);
                left_out = c->rules[i].name.ptr[0];
            }
        assert_int_equal(left_out, writes ? 'b' : 'a');
        sma_client_contract_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_wildcards),
        cmocka_unit_test(picks_and_orders),
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(bounds_the_number_of_rules),
        cmocka_unit_test(looks_parameters_and_tags_up),
        cmocka_unit_test(leaves_repeated_rules_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
