#include "ops/cli/failure.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "api/errors.h"
#include "core/kafka/client.h"
#include "core/log/event_log.h"
#include "core/ports/store.h"
#include "core/ports/vault.h"
#include "ops/cli/output.h"
#include "ops/files.h"

namespace optare {
namespace {

namespace json = boost::json;

ExitCode exit_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return ExitCode::not_allowed;
    case 404:
      return ExitCode::not_found;
    case 409:
    case 412:
      return ExitCode::conflict;
    case 429:
    case 502:
    case 503:
    case 504:
      return ExitCode::unavailable;
    default:
      return status >= 500 ? ExitCode::internal : ExitCode::refused;
  }
}

// The status that the API would answer with says how the process ends.
ExitCode exit_of(Code code) {
  if (code == Code::invalid || code == Code::malformed) return ExitCode::usage;
  return exit_of(error_row(code).status);
}

std::string advice_for(ExitCode exit, const HttpResponse& response) {
  if (exit == ExitCode::unavailable && !response.header("Retry-After").empty()) {
    return fmt::format("Try again in {} s.", response.header("Retry-After"));
  }
  if (exit == ExitCode::not_allowed) {
    return "Check the credentials (--credentials FILE, OPTARE_CREDENTIALS, ./data/admin.json) and "
           "what "
           "they are granted.";
  }
  return {};
}

std::string member(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value == nullptr || value->is_null() ? std::string() : cell_text(*value);
}

// What is wrong, with where: said once when the answer says it of the whole and of the member.
std::string with_errors(const std::string& detail, const json::object& problem) {
  const auto* errors = problem.if_contains("errors");
  if (errors == nullptr || !errors->is_array()) return detail;
  std::string lines;
  bool said = detail.empty();
  for (const auto& error : errors->get_array()) {
    if (!error.is_object()) continue;
    const std::string what = member(error.get_object(), "detail");
    lines += fmt::format("{}{}: {}", lines.empty() ? "" : "\n",
                         member(error.get_object(), "pointer"), what);
    said |= what == detail;
  }
  if (said) return lines;
  return lines.empty() ? detail : detail + '\n' + lines;
}

}  // namespace

Failure failure_of(const HttpResponse& response) {
  Failure failure{.exit = exit_of(response.status), .title = {}, .detail = {}, .advice = {}};
  json::error_code error;
  const auto body = json::parse(response.body, error);
  if (!error && body.is_object()) {
    const auto& object = body.get_object();
    if (object.contains("title")) {
      failure.title = member(object, "title");
      failure.detail = with_errors(member(object, "detail"), object);
    } else if (object.contains("error")) {
      failure.title = member(object, "error");
      failure.detail = member(object, "error_description");
      if (failure.title == "invalid_client" || failure.title == "unauthorized_client") {
        failure.exit = ExitCode::not_allowed;
      }
    }
  }
  if (failure.title.empty()) {
    failure.title = fmt::format("the server answered {}", response.status);
    failure.detail = "The answer is none of Optare's: is this the right address?";
  }
  failure.advice = advice_for(failure.exit, response);
  return failure;
}

Failure no_answer(const Rejection& rejection) {
  if (rejection.code == Code::invalid) return failure_of(rejection);  // the URL
  return {.exit = ExitCode::unavailable,
          .title = "no answer from the server",
          .detail = rejection.detail,
          .advice = "Is it running, and is the issuer in the credentials its address?"};
}

Failure failure_of(const Rejection& rejection) {
  return {.exit = exit_of(rejection.code), .title = rejection.detail, .detail = {}, .advice = {}};
}

Failure not_started(const Rejection& rejection) {
  return {.exit = rejection.code == Code::invalid ? ExitCode::usage : ExitCode::refused,
          .title = "cannot start",
          .detail = rejection.detail,
          .advice = {}};
}

Failure failure_of(const std::exception& fault) {
  const bool folder = dynamic_cast<const VaultFault*>(&fault) != nullptr ||
                      dynamic_cast<const LogFault*>(&fault) != nullptr ||
                      dynamic_cast<const StoreFault*>(&fault) != nullptr ||
                      dynamic_cast<const FileFault*>(&fault) != nullptr;
  if (dynamic_cast<const KafkaFault*>(&fault) != nullptr)
    return {.exit = ExitCode::refused,
            .title = "Kafka cannot be used",
            .detail = fault.what(),
            .advice = {}};
  return {.exit = folder ? ExitCode::refused : ExitCode::internal,
          .title = folder ? "the data folder cannot be used" : "unexpected fault",
          .detail = fault.what(),
          .advice = {}};
}

int print_failure(std::ostream& err, const Failure& failure) {
  err << "error: " << printable(failure.title) << '\n';
  if (!failure.detail.empty()) err << printable_lines(failure.detail) << '\n';
  if (!failure.advice.empty()) err << failure.advice << '\n';
  return code_of(failure.exit);
}

}  // namespace optare
