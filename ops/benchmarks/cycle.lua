-- wrk: cycles over prepared requests, one connection's after another's; at the end one line of JSON.
--   wrk ... -s cycle.lua URL -- FILE [FIRST]
-- Each line of FILE: path, Authorization, form; tabs between. FIRST: where to begin.
local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, authorization, form = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", path, {
      ["Authorization"] = authorization,
      ["Content-Type"] = "application/x-www-form-urlencoded",
    }, form)
  end
  at = tonumber(arguments[2] or "0") % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"bytes":%d,"p50_us":%d,"p99_us":%d,"bad":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
