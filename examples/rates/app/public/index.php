<?php

declare(strict_types=1);

require __DIR__ . '/../vendor/autoload.php';

$app = new Rates\App(['CUP' => '1', 'USD' => '24', 'EUR' => '26.5']);
$path = parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);
[$status, $body] = $app->answer(is_string($path) ? $path : '/', $_GET);
http_response_code($status);
header('Content-Type: application/json');
echo json_encode($body, JSON_THROW_ON_ERROR), "\n";
