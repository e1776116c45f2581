-- GET /schemas/ids/{1..N} at random with six typical client headers. Argument: N (1: always id 1).
local requests = {}
function init(args)
   local n = tonumber(args[1]) or 1
   local headers = {
      ["Accept"] = "application/vnd.schemaregistry.v1+json, application/json",
      ["Accept-Language"] = "en", ["User-Agent"] = "bench/1.0", ["X-Trace"] = "0123456789abcdef",
      ["Cache-Control"] = "no-cache", ["Connection"] = "keep-alive",
   }
   math.randomseed(7)
   for i = 1, math.min(n, 20000) do
      local id = n <= 20000 and i or math.random(n)
      requests[i] = wrk.format("GET", "/schemas/ids/" .. id, headers)
   end
end
function request()
   return requests[math.random(#requests)]
end
