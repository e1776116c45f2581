-- POST of one known schema of about 1 KB to one subject. Argument: file with the body.
local text
function init(args)
   local file = assert(io.open(args[1]))
   local body = file:read("a")
   file:close()
   text = wrk.format("POST", "/subjects/known-value/versions?normalize=false", {
      ["Content-Type"] = "application/vnd.schemaregistry.v1+json",
      ["Accept"] = "application/vnd.schemaregistry.v1+json",
   }, body)
end
function request()
   return text
end
