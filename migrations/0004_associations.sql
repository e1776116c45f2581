-- 0004: associations in the order in which they are listed, whatever they are asked by.

DROP INDEX associations_by_name;
DROP INDEX associations_by_resource_id;

CREATE INDEX associations_by_name ON associations
    (resource_name, resource_namespace, resource_type, association_type, subject);
CREATE INDEX associations_by_namespace ON associations
    (resource_namespace, resource_name, resource_type, association_type, subject);
CREATE INDEX associations_by_resource_id ON associations
    (resource_id, resource_name, resource_namespace, resource_type, association_type, subject);
CREATE INDEX associations_by_subject ON associations
    (subject, resource_name, resource_namespace, resource_type, association_type);
