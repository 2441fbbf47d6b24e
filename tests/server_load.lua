-- What wrk sends (server_load.py): inspections of the pictures of a folder in turn, or one address again and again.
local bodies, at = {}, 0
local boundary = "cut"

function init(args)
  for _, path in ipairs(args) do
    local file = assert(io.open(path, "rb"))
    local picture = file:read("*a")
    file:close()
    bodies[#bodies + 1] = "--" .. boundary .. "\r\ncontent-disposition: form-data; name=\"product\"\r\n\r\nprod1\r\n--"
      .. boundary .. "\r\ncontent-disposition: form-data; name=\"image\"; filename=\"load.png\"\r\n\r\n"
      .. picture .. "\r\n--" .. boundary .. "--\r\n"
  end
  -- Not all threads begin with the same picture.
  at = math.random(1, math.max(#bodies, 1))
end

function request()
  if #bodies == 0 then
    return wrk.format("GET")
  end
  at = at % #bodies + 1
  return wrk.format("POST", nil, { ["content-type"] = "multipart/form-data; boundary=" .. boundary }, bodies[at])
end

function done(summary, latency)
  io.write(string.format(
    'SUMMARY {"requests": %d, "seconds": %.3f, "p50_ms": %.2f, "p99_ms": %.2f, "most_ms": %.2f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
