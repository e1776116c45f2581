-- POST of ever new schemas, each to a subject of its own. Argument: a prefix unique to this run.
local prefix, n = "", 0
function init(args)
   prefix = args[1]
end
function request()
   n = n + 1
   local fields = {}
   for i = 1, 12 do
      fields[i] = '{\\"name\\":\\"field_' .. i .. '\\",\\"type\\":\\"string\\",\\"doc\\":\\"field number ' .. i .. ' of the record\\"}'
   end
   local body = '{"schema":"{\\"type\\":\\"record\\",\\"name\\":\\"R_' .. prefix .. "_" .. n ..
      '\\",\\"fields\\":[' .. table.concat(fields, ",") .. ']}"}'
   return wrk.format("POST", "/subjects/" .. prefix .. "-" .. n .. "-value/versions", {
      ["Content-Type"] = "application/vnd.schemaregistry.v1+json",
   }, body)
end
