// schemas/openapi.yaml as a judge: does an answer look as it is described there?
#pragma once

#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/spine.h"

namespace optare {

class OpenApi {
 public:
  static const OpenApi& of_product();

  // "GET /api/v1/applications/{client_id}", each.
  std::set<std::string> operations() const;
  // Null when there is none. `path` as it is asked for; or the pattern itself.
  const boost::json::object* operation(std::string_view method, std::string_view path) const;
  // The object at a pointer; a $ref in place of it is followed.
  const boost::json::object& at(std::string_view pointer) const;
  // Names of the parameters of one kind ("query", "path", "header").
  std::set<std::string> parameters(const boost::json::object& operation, std::string_view in) const;

  // What is wrong with the answer; empty: nothing. Status, headers, media type, and every member of
  // the body.
  std::vector<std::string> faults(std::string_view method, std::string_view path,
                                  const Answer& answer) const;
  // The same of a JSON body that was sent and taken.
  std::vector<std::string> request_faults(std::string_view method, std::string_view path,
                                          std::string_view body) const;
  // The same of any value and the schema of this name.
  std::vector<std::string> schema_faults(std::string_view schema,
                                         const boost::json::value& value) const;

 private:
  explicit OpenApi(const std::string& file);
  const boost::json::object& resolved(const boost::json::value& value) const;
  void check(const boost::json::object& schema, const boost::json::value& value,
             const std::string& where, std::vector<std::string>& faults) const;
  void check_object(const boost::json::object& schema, const boost::json::object& value,
                    const std::string& where, std::vector<std::string>& faults) const;
  void check_headers(const boost::json::object& response, const Answer& answer,
                     std::vector<std::string>& faults) const;
  void check_body(const boost::json::object& response, const Answer& answer,
                  std::vector<std::string>& faults) const;

  boost::json::value document_;
};

}  // namespace optare
