-- Load for wrk: BENCH_MODE is "same", "new" (every address is another) or "reply".
-- What was measured is printed as one line of JSON.

local mode = os.getenv("BENCH_MODE") or "same"
local run = os.getenv("BENCH_RUN") or ""
local body = os.getenv("BENCH_BODY") or ""
local count = 0

function request()
  count = count + 1
  if mode == "new" then
    return wrk.format("GET", wrk.path .. "?text=" .. run .. count)
  elseif mode == "reply" then
    local headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["Cookie"] = os.getenv("BENCH_COOKIE"),
      ["Origin"] = os.getenv("BENCH_ORIGIN"),
    }
    local text = body .. "&submission_id=" .. run .. "-" .. count
    return wrk.format("POST", wrk.path, headers, text)
  end
  return wrk.format("GET", wrk.path)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "microseconds": %d, "failed": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000
  ))
end
