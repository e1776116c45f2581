/* The commands that work on schemas, for the table. */
#ifndef SMA_CLI_COMMANDS_H
#define SMA_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct sma_option sma_check_options[];
extern const struct sma_option sma_diff_options[];
extern const struct sma_option sma_git_driver_options[];
extern const struct sma_option sma_export_options[];
extern const struct sma_option sma_backup_options[];
extern const struct sma_option sma_doctor_options[];
extern const struct sma_option sma_import_options[];
extern const struct sma_option sma_restore_backup_options[];
extern const struct sma_option sma_lint_options[];
extern const struct sma_option sma_validate_options[];
extern const struct sma_option sma_fmt_options[];
extern const struct sma_option sma_fingerprint_options[];
extern const struct sma_option sma_explain_options[];
extern const struct sma_option sma_decode_options[];
extern const struct sma_option sma_encode_options[];
extern const struct sma_option sma_init_options[];
int sma_check_main(const struct sma_arguments *arguments);
int sma_diff_main(const struct sma_arguments *arguments);
int sma_export_main(const struct sma_arguments *arguments);
int sma_import_main(const struct sma_arguments *arguments);
int sma_restore_backup_main(const struct sma_arguments *arguments);
int sma_doctor_main(const struct sma_arguments *arguments);
int sma_backup_main(const struct sma_arguments *arguments);
int sma_git_driver_main(const struct sma_arguments *arguments);
int sma_lint_main(const struct sma_arguments *arguments);
int sma_validate_main(const struct sma_arguments *arguments);
int sma_fmt_main(const struct sma_arguments *arguments);
int sma_fingerprint_main(const struct sma_arguments *arguments);
int sma_explain_main(const struct sma_arguments *arguments);
int sma_decode_main(const struct sma_arguments *arguments);
int sma_encode_main(const struct sma_arguments *arguments);
int sma_inspect_main(const struct sma_arguments *arguments);
int sma_init_main(const struct sma_arguments *arguments);


/* Those that read a registry. */
extern const struct sma_option sma_config_file_options[];
extern const struct sma_option sma_get_options[];
extern const struct sma_option sma_list_options[];
extern const struct sma_option sma_search_options[];
extern const struct sma_option sma_which_options[];
extern const struct sma_option sma_refs_options[];
extern const struct sma_option sma_pull_options[];
extern const struct sma_option sma_versions_options[];
extern const struct sma_option sma_contexts_options[];
int sma_config_file_main(const struct sma_arguments *arguments);
int sma_complete_main(const struct sma_arguments *arguments);
int sma_get_main(const struct sma_arguments *arguments);
int sma_list_main(const struct sma_arguments *arguments);
int sma_search_main(const struct sma_arguments *arguments);
int sma_which_main(const struct sma_arguments *arguments);
int sma_refs_main(const struct sma_arguments *arguments);
int sma_pull_main(const struct sma_arguments *arguments);
int sma_versions_main(const struct sma_arguments *arguments);
int sma_contexts_main(const struct sma_arguments *arguments);

/* Those that change one. */
extern const struct sma_option sma_register_options[];
extern const struct sma_option sma_plan_options[];
extern const struct sma_option sma_apply_options[];
extern const struct sma_option sma_config_options[];
extern const struct sma_option sma_mode_options[];
extern const struct sma_option sma_delete_options[];
extern const struct sma_option sma_restore_options[];
int sma_register_main(const struct sma_arguments *arguments);
int sma_plan_main(const struct sma_arguments *arguments);
int sma_apply_main(const struct sma_arguments *arguments);
int sma_config_main(const struct sma_arguments *arguments);
int sma_mode_main(const struct sma_arguments *arguments);
int sma_delete_main(const struct sma_arguments *arguments);
int sma_restore_main(const struct sma_arguments *arguments);

#endif
