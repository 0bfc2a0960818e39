package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(app http.Handler, method, path, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	app.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer
}

func TestALinkLeadsToItsAddress(t *testing.T) {
	app := newApp()
	made := ask(app, "POST", "/links", `{"address": "https://example.cu/a?b=c"}`)
	if made.Code != http.StatusCreated || strings.TrimSpace(made.Body.String()) != `{"path":"/1"}` {
		t.Fatalf("%d %s", made.Code, made.Body)
	}
	followed := ask(app, "GET", "/1", "")
	if place := followed.Header().Get("Location"); followed.Code != http.StatusFound || place != "https://example.cu/a?b=c" {
		t.Fatalf("%d %s", followed.Code, place)
	}
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	app := newApp()
	for _, body := range []string{``, `{}`, `{"address": "javascript:alert(1)"}`, `{"address": "//"}`} {
		if answer := ask(app, "POST", "/links", body); answer.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", body, answer.Code)
		}
	}
	if answer := ask(app, "GET", "/1", ""); answer.Code != http.StatusNotFound {
		t.Errorf("%d", answer.Code)
	}
	if answer := ask(app, "GET", "/health", ""); answer.Body.String() != "ok" {
		t.Errorf("%s", answer.Body)
	}
}
