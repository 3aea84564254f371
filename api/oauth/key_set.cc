#include "api/oauth/key_set.h"

namespace optare {

Result<std::shared_ptr<const std::string>> KeySet::json(
    const std::vector<const SigningKey*>& published) {
  std::string ids;  // A key never changes behind its id.
  for (const SigningKey* key : published) ids.append(key->id.text()).append(1, ' ');
  const std::scoped_lock lock(mutex_);
  if (json_ && ids == ids_) return json_;

  std::string json = R"({"keys":[)";
  for (const SigningKey* key : published) {
    TRY(const std::string jwk, parser_.jwk(key->alg, key->id.text(), key->public_key));
    if (key != published.front()) json += ',';
    json += jwk;
  }
  json += "]}";
  json_ = std::make_shared<const std::string>(std::move(json));
  ids_ = std::move(ids);
  return json_;
}

}  // namespace optare
