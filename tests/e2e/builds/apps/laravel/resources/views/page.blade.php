<!doctype html>
<title>{{ config('app.name') }}</title>
@vite('resources/js/app.js')
