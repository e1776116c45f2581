-- 0003: keks by the subjects of their deks (GET /dek-registry/v1/keks?subjectPrefix=…). The columns
-- make the index answer the question alone.
CREATE INDEX deks_by_subject ON deks (subject, kek_name, is_deleted);
