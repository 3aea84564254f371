// Where people, and those who try, put a secret by mistake: every part of every request that a
// parser of ours reads. `$v` is what is put there; $64, $id64 and $v64 are the base64 of it, of
// "id:" + it and of it + ":x". `$app` and `$admin` stand for the Authorization header of an
// application and of an administrator, `$form` and `$json` for the content type, `$id` for the
// application and `$n` for another number each time.
#pragma once

#include <array>

namespace optare::wrong_places {

struct Wrong {
  const char* method;
  const char* target;
  const char* headers;  // one a line
  const char* body;
};

constexpr std::array oauth{
    Wrong{"GET", "/$v", "", ""},
    Wrong{"GET", "/oauth2/$v", "", ""},
    Wrong{"GET", "/%zz$v", "", ""},
    Wrong{"GET", "/.well-known/$v", "", ""},
    Wrong{"GET", "/.well-known/openid-configuration?resource=$v", "", ""},
    Wrong{"GET", "/oauth2/jwks?$v=$v", "", ""},
    Wrong{"DELETE", "/oauth2/jwks?kid=$v", "", "$v"},
    Wrong{"GET", "/oauth2/token?client_secret=$v", "", ""},
    Wrong{"POST", "/oauth2/token?client_id=x&client_secret=$v", "$form",
          "grant_type=client_credentials"},
    Wrong{"POST", "/oauth2/token?access_token=$v", "$form $app", "grant_type=password"},
    Wrong{"POST", "/oauth2/token", "$json", R"({"client_id":"$id","client_secret":"$v"})"},
    Wrong{"POST", "/oauth2/token", "$json $app", R"({"$v":"$v"})"},
    Wrong{"POST", "/oauth2/token", "", "client_secret=$v"},
    Wrong{"POST", "/oauth2/token", "Content-Type: $v", "client_secret=$v"},
    Wrong{"POST", "/oauth2/token", "$form", "grant_type=client_credentials&client_secret=$v"},
    Wrong{"POST", "/oauth2/token", "$form",
          "grant_type=client_credentials&client_id=$v&client_secret=none"},
    Wrong{"POST", "/oauth2/token", "$form",
          "grant_type=client_credentials&client_id=srv_0000000000000000000000&client_secret=$v"},
    Wrong{"POST", "/oauth2/token", "$form",
          "grant_type=client_credentials&client_id=$id&client_secret=$v-"},
    Wrong{"POST", "/oauth2/token", "$form $app",
          "grant_type=client_credentials&client_secret=$v&client_id=$id"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=client_credentials&client_id=$v"},
    Wrong{"POST", "/oauth2/token", "$form",
          "client_assertion=$v&client_assertion_type=$v&client_id=$id"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=$v"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=client_credentials&scope=$v"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=client_credentials&audience=$v"},
    Wrong{"POST", "/oauth2/token", "$form $app",
          "grant_type=client_credentials&resource=$v&resource=https://$v"},
    Wrong{"POST", "/oauth2/token", "$form $app",
          "grant_type=password&$v=1&username=$v&password=$v"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=x&grant_type=$v"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=x&$v=1&$v=2"},
    Wrong{"POST", "/oauth2/token", "$form $app", "grant_type=$v%"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: Basic $v", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: Basic $64", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: Basic $id64=", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: Basic $id64", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: Basic $v64", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: Bearer $v", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: $v", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nAuthorization: $v x", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form $app\nAuthorization: Basic $id64", "grant_type=x"},
    Wrong{"POST", "/oauth2/token", "$form\nX-Request-Id: $v\nUser-Agent: $v",
          "grant_type=client_credentials&client_id=$id&client_secret=wrong"},
    Wrong{"POST", "/oauth2/introspect", "$form", "token=$v"},
    Wrong{"POST", "/oauth2/introspect", "$form $app", "token=$v"},
    Wrong{"POST", "/oauth2/introspect", "$form $app", "token=$v."},
    Wrong{"POST", "/oauth2/introspect", "$form $app", "token=x&token_type_hint=$v"},
    Wrong{"POST", "/oauth2/introspect", "$form $app", "token=$v&token=$v"},
    Wrong{"POST", "/oauth2/introspect", "$json $app", R"({"token":"$v"})"},
    Wrong{"POST", "/oauth2/introspect?token=$v", "$form $app", ""},
    Wrong{"GET", "/oauth2/introspect?token=$v", "$app", ""},
    Wrong{"POST", "/oauth2/revoke", "$form", "token=$v"},
    Wrong{"POST", "/oauth2/revoke", "$form $app", "token=$v.&token_type_hint=$v"},
    Wrong{"POST", "/oauth2/revoke", "$form $app", "$v=$v"},
};

constexpr std::array administration{
    Wrong{"GET", "/api/v1/applications", "Authorization: Bearer $v", ""},
    Wrong{"GET", "/api/v1/applications", "Authorization: Basic $id64", ""},
    Wrong{"GET", "/api/v1/applications", "Authorization: $v", ""},
    Wrong{"GET", "/api/v1/applications", "Authorization: Token $v", ""},
    Wrong{"GET", "/api/v1/applications", "Authorization: Bearer $v,$v", ""},
    Wrong{"GET", "/api/v1/applications", "$admin\nAuthorization: Bearer $v", ""},
    Wrong{"GET", "/api/v1/applications?access_token=$v", "", ""},
    Wrong{"GET", "/api/v1/applications?access_token=$v", "$admin", ""},
    Wrong{"POST", "/api/v1/applications", "$form", "access_token=$v"},
    Wrong{"GET", "/api/v1/applications?$v=1", "$admin", ""},
    Wrong{"GET", "/api/v1/applications?limit=1&$v", "$admin", ""},
    Wrong{"GET", "/api/v1/applications?limit=$v", "$admin", ""},
    Wrong{"GET", "/api/v1/applications?cursor=$v", "$admin", ""},
    Wrong{"GET", "/api/v1/applications?limit=1&limit=$v", "$admin", ""},
    Wrong{"GET", "/api/v1/$v", "$admin", ""},
    Wrong{"GET", "/api/v1/applications/$v", "$admin", ""},
    Wrong{"PATCH", "/api/v1/applications/$v", "$json $admin", R"({"name":"x"})"},
    Wrong{"DELETE", "/api/v1/applications/$v", "$admin\nIdempotency-Key: $v", ""},
    Wrong{"POST", "/api/v1/applications/$v/rotate-secret", "$json $admin", "{}"},
    Wrong{"DELETE", "/api/v1/applications/$id/secrets/$v", "$admin", ""},
    Wrong{"PUT", "/api/v1/applications/$id/apis/$v", "$json $admin", R"({"scopes":["read"]})"},
    Wrong{"PUT", "/api/v1/applications/$v/apis/$v", "$json $admin", R"({"scopes":["$v"]})"},
    Wrong{"GET", "/api/v1/apis/$v", "$admin", ""},
    Wrong{"PUT", "/api/v1/apis/$v/introspectors/$v", "$admin", ""},
    Wrong{"POST", "/api/v1/keys/$v/revoke", "$json $admin", "{}"},
    Wrong{"GET", "/api/v1/events?after=$v", "$admin", ""},
    Wrong{"GET", "/api/v1/events?partition=$v", "$admin", ""},
    Wrong{"GET", "/api/v1/events", "$admin\nAccept: text/event-stream\nLast-Event-ID: $v", ""},
    Wrong{"GET", "/api/v1/applications", "$admin\nOptare-Min-Position: $v", ""},
    Wrong{"PATCH", "/api/v1/applications/$id", "$json $admin\nIf-Match: \"$v\", $v",
          R"({"name":"x"})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin\nIdempotency-Key: $v\nIdempotency-Key: $v",
          "{}"},
    Wrong{"PATCH", "/api/v1/applications/$id", "$json $admin\nIdempotency-Key: $v",
          R"({"name":"Cron of $n"})"},
    Wrong{"POST", "/api/v1/applications", "$admin\nContent-Type: $v", "{}"},
    Wrong{"POST", "/api/v1/applications", "$admin\nContent-Type: application/json; charset=$v",
          "{}"},
    Wrong{"POST", "/api/v1/applications", "$json $admin\nUser-Agent: $v\nCookie: s=$v\n$v: $v",
          "$v"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"("$v")"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"name":$v})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"$v":"$v"})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"$v":1,"$v":2})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"name":"x","type":"m2m","$v":"$v"})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"name":["$v"],"type":"m2m"})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"name":"$v\u0000","type":"m2m"})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin", R"({"name":"$v$v$v","type":"$v"})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin",
          R"({"name":"x","type":"m2m","apis":[{"api_id":"x","scopes":[],"$v":"x"}]})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin",
          R"({"name":"x","type":"m2m","apis":[{"api_id":"$v","scopes":["$v"]}]})"},
    Wrong{"POST", "/api/v1/applications", "$json $admin",
          R"({"name":"x","type":"m2m","apis":[{"identifier":"https://$v","scopes":["$v"]}]})"},
    Wrong{
        "POST", "/api/v1/applications", "$json $admin",
        R"({"name":"x","type":"m2m","apis":[{"identifier":"https://jwt.example.com","scopes":["$v"]}]})"},
    Wrong{"POST", "/api/v1/applications/$id/rotate-secret", "$json $admin",
          R"({"overlap_seconds":"$v"})"},
    Wrong{"POST", "/api/v1/applications/$id/rotate-secret", "$json $admin",
          R"({"drop_secret_id":"$v"})"},
    Wrong{"POST", "/api/v1/applications/$id/deactivate", "$json $admin", R"({"reason":"$v\n"})"},
    Wrong{"POST", "/api/v1/applications/$id/deactivate", "$json $admin",
          R"({"reason":"x","$v":2})"},
    Wrong{"POST", "/api/v1/keys/rotate", "$json $admin", R"({"alg":"$v"})"},
    Wrong{"POST", "/api/v1/apis", "$json $admin", R"({"identifier":"$v","name":"x"})"},
    Wrong{"POST", "/api/v1/apis", "$json $admin",
          R"({"identifier":"https://a.example.com","name":"$v\n"})"},
    Wrong{"POST", "/api/v1/apis", "$json $admin",
          R"({"identifier":"https://a.example.com","name":"x","token_format":"$v"})"},
    Wrong{"POST", "/api/v1/apis", "$json $admin",
          R"({"identifier":"https://a.example.com","name":"x","token_lifetime_seconds":"$v"})"},
    Wrong{"POST", "/api/v1/apis", "$json $admin",
          R"({"identifier":"https://a.example.com","name":"x","scopes":[{"name":"$v $v"}]})"},
    Wrong{
        "POST", "/api/v1/apis", "$json $admin",
        R"({"identifier":"https://a.example.com","name":"x","scopes":[{"name":"$v"},{"name":"$v"}]})"},
};

// What is done, although the secret stands where it does not belong.
constexpr std::array done_all_the_same{
    Wrong{"PATCH", "/api/v1/applications/$id",
          "$json $admin\nX-Request-Id: $v\nUser-Agent: $v\nCookie: $v=$v\n"
          "Referer: http://x/?$v\nX-Forwarded-For: $v\n$v: $v",
          R"({"name":"Cron the $n"})"},
    Wrong{"POST", "/oauth2/revoke", "$form $app\nX-Request-Id: $v\nUser-Agent: $v", "token=none"},
    Wrong{"POST", "/oauth2/token", "$form $app\nX-Request-Id: $v\nUser-Agent: $v",
          "grant_type=client_credentials&audience=https://opaque.example.com"},
};

// The whole request, before there is one that can be read.
constexpr std::array broken_requests{
    "$v\r\n\r\n",
    "$v / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET $v HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET / $v\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /#$v HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET http://$v/$v HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: $v $v\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: $v\r\nHost: $v\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n$v\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nA: b\r\n $v\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: $v\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: $v\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: $v\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n$v\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    "1;$v=$v\r\nx\r\n0\r\n$v: $v\r\n\r\n",
};

// At the listener of operations.
constexpr std::array operations{
    Wrong{"GET", "/$v", "X-Request-Id: $v", ""},
    Wrong{"GET", "/readyz?$v=$v", "Authorization: Bearer $v", ""},
    Wrong{"GET", "/metrics?$v", "Authorization: Basic $id64", ""},
    Wrong{"POST", "/livez", "$json", R"({"$v":"$v"})"},
};

}  // namespace optare::wrong_places
