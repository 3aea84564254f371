// The people: each asks some node for something, waits for the answer, thinks, and asks again.
#pragma once

#include "commands/application/new_secret.h"
#include "tests/simulation/holdings.h"

namespace optare::simulation {

class Clients {
 public:
  Clients(Stage& stage, Requests& requests, Holdings& holdings);

  // Everyone begins. They end by themselves when `stop` was called.
  void start();
  void stop() { stopped_ = true; }
  // What every node does by itself: secrets whose deadline came (design D8).
  void expire_secrets(Machine& machine);

 private:
  struct Named {
    ApiId id;
    std::string identifier;
  };
  struct Repeatable {  // a request with an Idempotency-Key that may be made again
    Requests::Key key;
    ClientId client;
  };

  void think(std::size_t client);
  void act(std::size_t client);
  void act_at(Machine& machine, std::size_t client);
  Asked* ask_of_application(Machine& machine);
  Asked* ask_of_secret(Machine& machine);
  Asked* ask_of_grant(Machine& machine);
  Asked* ask_of_api(Machine& machine);
  Asked* ask_of_key(Machine& machine);
  Asked& create(Machine& machine);
  Asked& rotate(Machine& machine, const ClientId& client, std::optional<Requests::Key> key);
  Asked& repeat(Machine& machine);
  Asked& rename(Machine& machine, const ClientId& client);
  Asked* revoke_token(Machine& machine);

  Actor actor();
  ClientId client();
  ApiId api();
  SecretId secret_of(Machine& machine, const ClientId& client);
  NewSecret new_secret(const ClientId& client);
  std::vector<std::string> scopes();
  std::vector<ApiScope> api_scopes();
  std::optional<Requests::Key> maybe_key(const ClientId& client);

  Stage& stage_;
  Requests& requests_;
  Holdings& holdings_;
  Chance chance_;
  SeededRandom random_;
  bool stopped_ = false;
  int made_ = 0;
  std::vector<ClientId> applications_{administrator};  // newest last; asked for or there
  std::vector<ApiId> apis_{admin_api};
  std::vector<KeyId> keys_{KeyId("key_first")};
  std::vector<Repeatable> repeatable_;
  std::set<std::string> expiring_;  // node and incarnation, with a round under way
};

}  // namespace optare::simulation
