#include "ops/local_commands.h"

#include <cstdio>

#include "ops/cli/exit_code.h"

namespace optare {
namespace {
int not_built_yet() {
  std::fputs("optare: not built yet\n", stderr);
  return code_of(ExitCode::internal);
}
}  // namespace

int serve(const Config&) { return not_built_yet(); }
int init(const Config&) { return not_built_yet(); }
int bootstrap_admin(const Config&) { return not_built_yet(); }
int replay(const Config&, const ReplayOptions&) { return not_built_yet(); }
int projections_rebuild(const Config&, const RebuildOptions&) { return not_built_yet(); }
int export_issuance(const Config&, const ExportIssuanceOptions&) { return not_built_yet(); }

}  // namespace optare
