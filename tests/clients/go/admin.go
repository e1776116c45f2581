package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/sr"
)

// check is one administrative call: what the client gave, and what it has to be.
type check struct {
	Name   string `json:"name"`
	Got    any    `json:"got"`
	Wanted any    `json:"wanted"`
}

// admin runs the whole method list of pkg/sr on subjects of its own and collects a check per call; an
// error is what the call gave.
type admin struct {
	ctx    context.Context
	client *sr.Client
	checks []check
}

func (a *admin) check(name string, got any, err error, wanted any) {
	if err != nil {
		got = refusal(err)
	}
	a.checks = append(a.checks, check{name, got, wanted})
}

// refusal is the status and code of the registry's answer, or the text of another error.
func refusal(err error) any {
	var response *sr.ResponseError
	if errors.As(err, &response) {
		return []int{response.StatusCode, response.ErrorCode}
	}
	return err.Error()
}

var (
	adminV1 = sr.Schema{Schema: `{"type":"record","name":"A","fields":[{"name":"a","type":"int"}]}`}
	adminV2 = sr.Schema{Schema: `{"type":"record","name":"A","fields":[{"name":"a","type":"int"},` +
		`{"name":"b","type":"string","default":""}]}`}
	adminBad = sr.Schema{Schema: `{"type":"record","name":"A","fields":[{"name":"a","type":"string"}]}`}
)

func franzAdmin(subject string) []check {
	ctx, cancel := bounded()
	defer cancel()
	client, err := newSR()
	a := &admin{ctx: ctx, client: client}
	if err != nil {
		a.check("NewClient", nil, err, nil)
		return a.checks
	}
	user := subject + "-user"
	first, second := a.register(subject, user)
	a.reading(subject, first, second)
	a.lists(subject, first)
	a.references(subject, user, first)
	a.settings(subject)
	a.contexts(subject)
	a.removal(subject, user)
	return a.checks
}

func (a *admin) register(subject, user string) (first, second sr.SubjectSchema) {
	first, err := a.client.CreateSchema(a.ctx, subject, adminV1)
	a.check("CreateSchema", first.Version, err, 1)
	second, err = a.client.CreateSchema(a.ctx, subject, adminV2)
	a.check("CreateSchema: second", second.Version, err, 2)
	id, err := a.client.RegisterSchema(a.ctx, subject, adminV1, -1, -1)
	a.check("RegisterSchema: again", id, err, first.ID)
	_, err = a.client.CreateSchema(a.ctx, subject, adminBad)
	a.check("CreateSchema: bad", nil, err, []int{409, 40901})
	refers := sr.Schema{
		Schema:     `{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}`,
		References: []sr.SchemaReference{{Name: "A", Subject: subject, Version: 1}},
	}
	_, err = a.client.CreateSchema(a.ctx, user, refers)
	a.check("CreateSchema: with a reference", nil, err, nil)
	return first, second
}

func (a *admin) reading(subject string, first, second sr.SubjectSchema) {
	byID, err := a.client.SchemaByID(a.ctx, first.ID)
	a.check("SchemaByID", byID.Schema, err, adminV1.Schema)
	text, err := a.client.SchemaTextByID(a.ctx, second.ID)
	a.check("SchemaTextByID", text, err, adminV2.Schema)
	byVersion, err := a.client.SchemaByVersion(a.ctx, subject, -1)
	a.check("SchemaByVersion: latest", byVersion.ID, err, second.ID)
	text, err = a.client.SchemaTextByVersion(a.ctx, subject, 1)
	a.check("SchemaTextByVersion", text, err, adminV1.Schema)
	found, err := a.client.LookupSchema(a.ctx, subject, adminV1)
	a.check("LookupSchema", []int{found.ID, found.Version}, err, []int{first.ID, 1})
	byGUID, err := a.client.SchemaByGUID(a.ctx, found.GUID)
	a.check("SchemaByGUID", byGUID.Schema.Schema, err, adminV1.Schema)
	ids, err := a.client.SchemaIDsByGUID(a.ctx, found.GUID)
	mine := slices.ContainsFunc(ids, func(id sr.ContextID) bool { return id.Context == "." && id.ID == first.ID })
	a.check("SchemaIDsByGUID", mine, err, true)
	_, err = a.client.SchemaByID(a.ctx, 2147483000)
	a.check("SchemaByID: none", nil, err, []int{404, 40403})
	result, err := a.client.CheckCompatibility(a.ctx, subject, 1, adminBad)
	a.check("CheckCompatibility: bad", result.Is, err, false)
	result, err = a.client.CheckCompatibility(sr.WithParams(a.ctx, sr.Verbose), subject, -2, adminBad)
	a.check("CheckCompatibility: verbose", len(result.Messages) > 0, err, true)
}

func (a *admin) lists(subject string, first sr.SubjectSchema) {
	types, err := a.client.SupportedTypes(a.ctx)
	a.check("SupportedTypes", len(types), err, 3)
	subjects, err := a.client.Subjects(sr.WithParams(a.ctx, sr.SubjectPrefix(subject)))
	a.check("Subjects", slices.Contains(subjects, subject), err, true)
	page, err := a.client.Subjects(sr.WithParams(a.ctx, sr.Limit(1)))
	a.check("Subjects: limit", len(page), err, 1)
	byID, err := a.client.SubjectsByID(a.ctx, first.ID)
	a.check("SubjectsByID", slices.Contains(byID, subject), err, true)
	versions, err := a.client.SubjectVersions(a.ctx, subject)
	a.check("SubjectVersions", versions, err, []int{1, 2})
	// The subject of this call picks a context and leaves nothing out, here as with the original.
	pairs, err := a.client.SchemaVersionsByID(sr.WithParams(a.ctx, sr.Subject(subject)), first.ID)
	mine := slices.Contains(pairs, sr.SubjectVersion{Subject: subject, Version: 1})
	a.check("SchemaVersionsByID", mine, err, true)
	all, err := a.client.AllSchemas(sr.WithParams(a.ctx, sr.SubjectPrefix(subject+"-user")))
	a.check("AllSchemas", len(all), err, 1)
	schemas, err := a.client.Schemas(a.ctx, subject)
	a.check("Schemas", len(schemas), err, 2)
}

func (a *admin) references(subject, user string, first sr.SubjectSchema) {
	referring, err := a.client.SchemaReferences(a.ctx, subject, 1)
	name := ""
	if len(referring) == 1 {
		name = referring[0].Subject
	}
	a.check("SchemaReferences", name, err, user)
	usages, err := a.client.SchemaUsagesByID(a.ctx, first.ID)
	mine := slices.ContainsFunc(usages, func(s sr.SubjectSchema) bool { return s.Subject == subject })
	a.check("SchemaUsagesByID", mine, err, true)
}

func (a *admin) settings(subject string) {
	set := a.client.SetCompatibility(a.ctx, sr.SetCompatibility{Level: sr.CompatFull, Group: "release"}, subject)[0]
	a.check("SetCompatibility", set.Level.String(), set.Err, "FULL")
	got := a.client.Compatibility(a.ctx, subject, sr.GlobalSubject)
	a.check("Compatibility", got[0].Level.String()+" "+got[0].Group, got[0].Err, "FULL release")
	a.check("Compatibility: global", got[1].Level.String(), got[1].Err, "BACKWARD")
	reset := a.client.ResetCompatibility(a.ctx, subject)[0]
	// The client looks for the level under another name than the registry gives it: only the group arrives.
	a.check("ResetCompatibility", reset.Group, reset.Err, "release")
	none := a.client.Compatibility(a.ctx, subject)[0]
	a.check("Compatibility: none", none.Level.String(), none.Err, []int{404, 40408})
	level := a.client.Compatibility(sr.WithParams(a.ctx, sr.DefaultToGlobal), subject)[0]
	a.check("Compatibility: default to global", level.Level.String(), level.Err, "BACKWARD")
	mode := a.client.SetMode(a.ctx, sr.ModeReadOnly, subject)[0]
	a.check("SetMode", mode.Mode.String(), mode.Err, "READONLY")
	mode = a.client.Mode(a.ctx, subject)[0]
	a.check("Mode", mode.Mode.String(), mode.Err, "READONLY")
	mode = a.client.ResetMode(a.ctx, subject)[0]
	a.check("ResetMode", mode.Mode.String(), mode.Err, "READONLY")
	mode = a.client.Mode(a.ctx)[0]
	a.check("Mode: global", mode.Mode.String(), mode.Err, "READWRITE")
}

// contexts registers with an id and version of its own choice, which needs IMPORT mode, and removes it all.
func (a *admin) contexts(subject string) {
	const name = ".franz"
	qualified := fmt.Sprintf(":%s:%s", name, subject)
	inside := sr.InContext(a.ctx, name)
	mode := a.client.SetMode(a.ctx, sr.ModeImport, qualified)[0]
	a.check("SetMode: import", mode.Mode.String(), mode.Err, "IMPORT")
	made, err := a.client.CreateSchemaWithIDAndVersion(inside, subject, adminV1, 77, 5)
	a.check("CreateSchemaWithIDAndVersion", []int{made.ID, made.Version}, err, []int{77, 5})
	contexts, err := a.client.Contexts(a.ctx)
	a.check("Contexts", slices.Contains(contexts, name), err, true)
	found, err := a.client.SchemaByID(sr.WithParams(a.ctx, sr.Subject(qualified)), 77)
	a.check("SchemaByID: qualified subject", found.Schema, err, adminV1.Schema)
	found, err = a.client.SchemaByID(inside, 77)
	a.check("SchemaByID: in context", found.Schema, err, adminV1.Schema)
	subjects, err := a.client.Subjects(inside)
	a.check("Subjects: in context", subjects, err, []string{qualified})
	a.check("ResetMode: context", nil, a.client.ResetMode(a.ctx, qualified)[0].Err, nil)
	versions, err := a.client.DeleteSubject(inside, subject, sr.SoftDelete)
	a.check("DeleteSubject: in context", versions, err, []int{5})
	versions, err = a.client.DeleteSubject(inside, subject, sr.HardDelete)
	a.check("DeleteSubject: in context, permanent", versions, err, []int{5})
	a.check("DeleteContext", nil, a.client.DeleteContext(a.ctx, name), nil)
}

func (a *admin) removal(subject, user string) {
	err := a.client.DeleteSchema(a.ctx, subject, 1, sr.SoftDelete)
	a.check("DeleteSchema: referenced", nil, err, []int{422, 42206})
	versions, err := a.client.DeleteSubject(a.ctx, user, sr.SoftDelete)
	a.check("DeleteSubject", versions, err, []int{1})
	_, err = a.client.DeleteSubject(a.ctx, user, sr.HardDelete)
	a.check("DeleteSubject: permanent", nil, err, nil)
	a.check("DeleteSchema", nil, a.client.DeleteSchema(a.ctx, subject, 1, sr.SoftDelete), nil)
	a.check("DeleteSchema: permanent", nil, a.client.DeleteSchema(a.ctx, subject, 1, sr.HardDelete), nil)
	versions, err = a.client.DeleteSubject(a.ctx, subject, sr.SoftDelete)
	a.check("DeleteSubject: the rest", versions, err, []int{2})
	shown, err := a.client.Subjects(sr.WithParams(a.ctx, sr.ShowDeleted))
	a.check("Subjects: deleted", slices.Contains(shown, subject), err, true)
	_, err = a.client.DeleteSubject(a.ctx, subject, sr.HardDelete)
	a.check("DeleteSubject: all gone", nil, err, nil)
	_, err = a.client.SubjectVersions(a.ctx, subject)
	a.check("SubjectVersions: none", nil, err, []int{404, 40401})
}
